//! Why is this a package? See its manifest: without it the command, the C library and the harness would each
//! build half of the dependencies once more, with other features, and CI would take minutes longer.
