raise SystemExit("reading a project must not run it")
