//! From the syntax trees of all files to a program with every declaration under one name.
//!
//! *Takes* a package folder through the `World`, with the packages it depends on; *gives* a [`Program`], the sources and the
//! data files it imports. *Promises* that the order of files and items is forgotten here: everything behind sees
//! declarations sorted by name. *Leaves out* the names inside expressions, whose meaning depends on types.

pub mod codes;
pub mod names;

pub use names::{Declared, PackageNames, Program, kind_word};

pub mod load;
pub mod manifest;

pub use load::{Import, Loaded, load};
