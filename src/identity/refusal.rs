//! Why a token or a key is refused. No reason repeats the token, a value that it holds, or the key.

use thiserror::Error;

use super::Algorithm;

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is nothing in the file.
    #[error("it is empty")]
    Empty,
    /// Longer than any token has reason to be.
    #[error("it has {0} bytes, and at most {limit} are read", limit = crate::base::limits::TOKEN_BYTES)]
    TooLong(usize),
    /// Not three parts.
    #[error("it has {0}, and a signed token has three, divided by points")]
    Parts(String),
    /// Five parts: a JWE.
    #[error("it is encrypted, and only signed tokens are read")]
    Encrypted,
    /// Not the one spelling in base64url.
    #[error("its {0} is not base64url without padding")]
    Encoding(Part),
    /// No JSON object in UTF-8.
    #[error("its {0} is no JSON object")]
    Shape(Part),
    /// One key twice: two readers could read two tokens.
    #[error("its {0} states a key twice")]
    Twice(Part),
    /// A parameter of the header of the wrong type, or with a meaning that is not known.
    #[error("its header has a `{0}` that is not understood")]
    Parameter(&'static str),
    /// Extensions that must be understood.
    #[error("its header demands extensions (`crit`), and none are known")]
    Critical,
    /// The token brings or names the key that it is to be checked with.
    #[error("its header brings its own key (`{0}`), and only the key of `--key` is believed")]
    OwnKey(&'static str),
    /// `alg: none`, in whatever letters.
    #[error("it is not signed (`alg` is `none`)")]
    Unsigned,
    /// No algorithm, or one that nobody here knows.
    #[error("its header names no algorithm that is known; known are `HS256`, `RS256` and `EdDSA`")]
    UnknownAlgorithm,
    /// Another algorithm than the one of the key.
    #[error("it says that it is signed with `{token}`, and the key is one for `{key}`")]
    OtherAlgorithm {
        /// The algorithm of the token.
        token: Algorithm,
        /// The algorithm of the key.
        key: Algorithm,
    },
    /// An algorithm that the package does not believe.
    #[error("it is signed with `{0}`, which `algorithms` in `[identity]` does not list")]
    NotListed(Algorithm),
    /// A `kid` that no key has.
    #[error("its `kid` is of none of the keys")]
    UnknownKey,
    /// No `kid`, and a choice.
    #[error("it names no key (`kid`), and there are several")]
    NoKeyNamed,
    /// The signature is not of this key over these bytes.
    #[error("its signature is not of this key, or it was edited")]
    Signature,
    /// A claim that is needed.
    #[error("it does not state the claim `{0}`")]
    MissingClaim(String),
    /// A claim of the wrong kind.
    #[error("its claim `{claim}` is not {wanted}")]
    Claim {
        /// The claim.
        claim: String,
        /// What it has to be.
        wanted: String,
    },
    /// The instant of `exp` has come.
    #[error("it has expired: its `exp` is not after `--now`")]
    Expired,
    /// The instant of `nbf` has not come.
    #[error("it is not valid yet: its `nbf` is after `--now`")]
    NotYet,
    /// Another issuer.
    #[error("its `iss` is not the `issuer` of `[identity]`")]
    Issuer,
    /// Another audience.
    #[error("its `aud` does not name the `audience` of `[identity]`")]
    Audience,
    /// An audience, where nobody said who this is.
    #[error("it is meant for somebody (`aud`), and `[identity]` names no `audience`")]
    UnexpectedAudience,
}

impl Refusal {
    /// What can be done; nothing where the token has to be another one.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Parts(_) | Self::Encoding(_) => {
                Some("the file holds the token and nothing else, without `Bearer` and without quotes")
            }
            Self::OtherAlgorithm { .. } => {
                Some("the key decides the algorithm; name the key that tokens of this issuer are signed with")
            }
            Self::NotListed(_) => Some("list it there if tokens signed with it are to be believed"),
            Self::UnexpectedAudience => {
                Some("say `audience = \"…\"` there if tokens for it are meant for this package")
            }
            Self::Expired => Some("`--now` is the instant of the decision; without it, that is the present"),
            _ => None,
        }
    }
}

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What says how it is signed.
    Header,
    /// The claims.
    Payload,
    /// The signature.
    Signature,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a key is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyRefusal {
    /// There is nothing in the file.
    #[error("is empty")]
    Empty,
    /// What must stay with whoever signs.
    #[error("holds a private key, which must stay with whoever signs")]
    Private,
    /// A certificate is no key by itself.
    #[error("is a certificate, and certificates are not checked")]
    Certificate,
    /// PEM that does not read.
    #[error("is no PEM with one `PUBLIC KEY`")]
    Pem,
    /// DER that does not read.
    #[error("holds a public key that is damaged")]
    Der,
    /// Another kind of key.
    #[error("holds a key that is neither RSA nor Ed25519")]
    Kind,
    /// A modulus outside the limits.
    #[error("holds an RSA key of {0} bits, and from 2048 to 8192 are needed")]
    Bits(usize),
    /// An exponent with which signatures can be made up.
    #[error("holds an RSA key with an exponent that is even, below 65537, or above 33 bits")]
    Exponent,
    /// A modulus that is no product of odd primes.
    #[error("holds an RSA key with an even modulus")]
    Modulus,
    /// A point that any signature fits, or no point.
    #[error("holds an Ed25519 key that is no point of full order")]
    Point,
    /// JSON that does not read.
    #[error("is no JWK and no set of JWKs")]
    Json,
    /// A JWK that is not built as one.
    #[error("holds a JWK with a `{0}` that is missing or not understood")]
    Jwk(&'static str),
    /// No key of the set can be used.
    #[error("holds no key for signatures of `HS256`, `RS256` or `EdDSA`")]
    NoKey,
    /// Two keys of one name.
    #[error("holds two keys with one `kid`")]
    Twice,
    /// A secret that can be guessed.
    #[error("holds a secret of {0} bytes, and at least 32 are needed")]
    Short(usize),
    /// A key in another form, which may be public and would be taken for a secret.
    #[error("looks like a key in a form that is not read, and would be taken for a secret")]
    NoSecret,
}

impl KeyRefusal {
    /// What can be done.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Private => "name its public half, as `openssl pkey -in FILE -pubout` writes it",
            Self::Certificate => "name its key, as `openssl x509 -in FILE -pubkey -noout` writes it",
            Self::NoSecret => {
                "write it as PEM `PUBLIC KEY`, as `openssl pkey -pubin -inform DER -in FILE` does, or as a JWK"
            }
            Self::Short(_) => "make one with `openssl rand -base64 48`",
            _ => "a key is a PEM `PUBLIC KEY`, a JWK, a set of JWKs, or a secret of at least 32 bytes",
        }
    }
}
