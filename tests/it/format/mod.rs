//! The laws of formatting, over every source text of the repository and over what chance makes of it.

mod corpus;
mod laws;
mod shipped;
mod stream;
