"""How people meet it: command line, output files, listings, synthetic regions."""
