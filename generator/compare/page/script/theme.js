/* Light or dark, as the system has it or as the reader likes it. */

const THEMES = { auto: "automatic", light: "light", dark: "dark" };

function theme() {
  const root = document.documentElement.dataset;
  const show = () => ($("theme").textContent = `Theme: ${THEMES[root.theme]}`);
  if (!(root.theme in THEMES)) root.theme = "auto";
  $("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    root.theme = names[(names.indexOf(root.theme) + 1) % names.length];
    try {
      localStorage.setItem("scaffold-theme", root.theme);
    } catch {
      // a browser may keep files from storing anything: the choice lasts as long as the page
    }
    show();
  });
  show();
}
