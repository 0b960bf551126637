//! The closed choices of the language that mean the same when written and when checked.

/// Which way a promised bound points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The bound is an upper one.
    AtMost,
    /// The bound is a lower one.
    AtLeast,
}

/// How the promises of the services of a pipeline make the promise of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composition {
    /// The sum along the path on which it is largest: the critical path.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The product, multiplied in the order in which the roles are declared.
    Product,
    /// True if all are.
    And,
    /// True if one is.
    Or,
}

/// How many services a role takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// `Model`: exactly one.
    One,
    /// `Model?`: one if any is admissible.
    Optional,
    /// `Model[lo..hi]`: an ordered list, as many as admissible.
    List {
        /// The fewest.
        lo: usize,
        /// The most.
        hi: usize,
    },
}
