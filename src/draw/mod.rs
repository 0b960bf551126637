//! Pictures: traits, uses, routes and decisions as graphs, for Graphviz, for Markdown, and as an image.
//!
//! *Takes* a policy, its services, or a decision, *gives* a [`Picture`] and its text in one of three notations. *Promises* that
//! equal inputs give equal bytes, that no name can break out of its label, and that what is left out of a picture is said in
//! it. *Leaves out* files: the shell writes them. The layout of an image is found in whole numbers; the crate that orders the
//! nodes is named in `layout.rs` and nowhere else.

mod dot;
mod funnel;
mod layout;
mod mermaid;
mod picture;
mod route;
mod svg;
mod traits;
mod uses;

pub use dot::dot;
pub use funnel::funnel;
pub use mermaid::mermaid;
pub use picture::{Edge, Flow, Kind, Line, Node, Picture, Share};
pub use route::route;
pub use svg::svg;
pub use traits::traits;
pub use uses::uses;
