/* The libraries (D3, Observable Plot and jsdiff), and the start of everything. */

/** Unpack them into a script of this page; its hash is in the page's security policy. */
async function libraries() {
  const packed = Uint8Array.from(atob($("libraries").textContent), (letter) =>
    letter.charCodeAt(0),
  );
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  document.head.append(make("script", { textContent: await new Response(stream).text() }));
}

theme();
copyButtons();
document.querySelectorAll(".sortable").forEach(sortable);
versionFilter();
fileRows();
libraries()
  .then(() => [diffs, charts].forEach((part) => part()))
  .catch((error) => {
    // an old browser: tables and texts are all there without the libraries
    for (const id of ["diff", "charts"])
      $(id)?.append(`This browser cannot show this part: ${error.message}`);
  });
