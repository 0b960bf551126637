//! The closed choices of the language that mean the same when written and when checked.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word or sign of the language.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

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

words! {
    /// The comparisons.
    Comparison {
        /// `==`
        Equal = "==",
        /// `!=`
        NotEqual = "!=",
        /// `<`
        Less = "<",
        /// `<=`
        LessOrEqual = "<=",
        /// `>`
        Greater = ">",
        /// `>=`
        GreaterOrEqual = ">=",
    }
}

words! {
    /// The four operations.
    Arithmetic {
        /// `+`
        Add = "+",
        /// `-`
        Subtract = "-",
        /// `*`
        Multiply = "*",
        /// `/`
        Divide = "/",
    }
}

words! {
    /// What a fold computes.
    Fold {
        /// How many.
        Count = "count",
        /// Their sum.
        Sum = "sum",
        /// The smallest; unknown of none.
        Min = "min",
        /// The largest; unknown of none.
        Max = "max",
    }
}

words! {
    /// The built-in functions.
    Function {
        /// The distance from zero.
        Abs = "abs",
        /// `clamp(x, lo, hi)`
        Clamp = "clamp",
        /// The smallest of its arguments.
        Min = "min",
        /// The largest of its arguments.
        Max = "max",
        /// The cosine of the angle between two vectors.
        Cosine = "cosine",
        /// The sum of the squares of a vector's elements.
        Energy = "energy",
        /// The square root of the energy.
        Norm = "norm",
        /// The energy in the upper half of a vector's spectrum.
        HighBand = "high_band",
        /// The energy in the lower half of a vector's spectrum.
        LowBand = "low_band",
        /// `band(v, from, to)`: the energy of a share of a vector's spectrum, by the places of the bins.
        Band = "band",
        /// The real part of the inner product.
        Inner = "inner",
        /// The imaginary part of the inner product.
        InnerImaginary = "inner_imaginary",
        /// `matched_filter(v, filter)`: the squared size of the inner product.
        MatchedFilter = "matched_filter",
        /// `resonance(a, b)`: the correlation above that of unrelated vectors, in decibels.
        Resonance = "resonance",
        /// `conductivity(v, mask)`: the share of the norm that a mask over the spectrum lets through.
        Conductivity = "conductivity",
        /// The unitary discrete Fourier transform.
        Spectrum = "spectrum",
        /// `limit_energy(v, room)`: a real vector scaled until its energy is within a bound.
        LimitEnergy = "limit_energy",
        /// `decibels(x)`: a positive ratio of amplitudes, in decibels.
        Decibels = "decibels",
        /// `draw(seed, text)`: a number between 0 and 1 that follows from a seed and a text and from nothing else.
        Draw = "draw",
    }
}

impl Comparison {
    /// The comparison that holds where this one does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// The same comparison with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}
