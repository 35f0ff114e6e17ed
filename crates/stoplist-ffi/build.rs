//! What the library is called inside, and what it says of itself.

use std::env;

fn main() {
    let of = |name| env::var(name).unwrap_or_default();
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=STOPLIST_TARGET={}", of("TARGET"));
    println!("cargo:rustc-env=STOPLIST_PROFILE={}", of("PROFILE"));
    match of("CARGO_CFG_TARGET_OS").as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libstoplist.so.0");
            // Threads of the standard library may still end, and destructors of thread-local
            // variables run, after a dlclose: their code stays where it is.
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        "macos" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libstoplist.0.dylib")
        }
        _ => {}
    }
}
