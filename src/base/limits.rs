//! Every limit on what a user can make long, in one place. Each is far above any real package.

/// Bytes of one source or data file.
pub const SOURCE_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one foreign data file that an adapter reads (a price map of all public models is about 3 MB).
pub const DATA_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of one certificate.
pub const CERTIFICATE_BYTES: usize = 256 * 1024 * 1024;
/// Bytes of one item of a source file.
pub const ITEM_BYTES: usize = 512 * 1024;
/// Bytes of one name or of one text.
pub const NAME_BYTES: usize = 256;
/// Open brackets at any point of a source or data file.
pub const NESTING: usize = 64;
/// Nested expressions, counted along the longest branch; calls of definitions count with what they call.
pub const EXPRESSION_DEPTH: usize = 128;
/// Nodes of one expression with every call of a definition counted in full.
pub const EXPRESSION_SIZE: usize = 100_000;
/// Items of one package with its dependencies, services of data contracts included.
pub const ITEMS: usize = 250_000;
/// Source files of one package.
pub const FILES: usize = 10_000;
/// Errors of one file that are shown before the rest is only counted.
pub const ERRORS_PER_FILE: usize = 100;
/// States of one compiled pattern.
pub const PATTERN_STATES: usize = 2_000;
/// Traits that one trait extends, directly or not.
pub const TRAIT_ANCESTORS: usize = 128;
/// Cases of one test.
pub const CASES: usize = 256;
/// Choices of services for which coverage asks one condition in one test.
pub const COVERAGE_CHOICES: usize = 10_000;
/// Roles of one route.
pub const ROLES: usize = 32;
/// The upper bound of a list role.
pub const ROLE_LENGTH: usize = 64;
/// Constraint evaluations of one decision's assignment search, and of one explanation's search for relaxations.
pub const SEARCH_STEPS: u64 = 20_000_000;
/// Expression nodes that one evaluation of one constraint may visit.
pub const EVALUATION_STEPS: u64 = 10_000_000;
/// Bytes of one log of decisions that is read whole.
pub const LOG_BYTES: usize = 1024 * 1024 * 1024;
/// Bytes of one entry of a log.
pub const LOG_ENTRY_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of the openings of a log that are read whole.
pub const LOG_OPENINGS_BYTES: usize = 1024 * 1024 * 1024;
/// Bytes of a file that holds a key.
pub const KEY_BYTES: usize = 1024;
/// Bytes of the head of a log.
pub const LOG_HEAD_BYTES: usize = 4096;
/// Bytes of the state of a mission, spelled canonically.
pub const MISSION_STATE_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of the file of a mission, with its input, its answers and its result.
pub const MISSION_BYTES: usize = 256 * 1024 * 1024;
/// Steps of one mission, with those of the missions that it runs, whatever limit it states.
pub const MISSION_STEPS: usize = 256;
/// Segments of a path into the state of a mission.
pub const MISSION_PATH: usize = 32;
/// Bytes of one glob.
pub const GLOB_BYTES: usize = 1024;
/// Patterns that the braces of one glob stand for.
pub const GLOB_ALTERNATIVES: usize = 256;
/// Nested braces of one glob.
pub const GLOB_DEPTH: usize = 8;
/// Bytes of one path that is held against a glob.
pub const PATH_BYTES: usize = 4096;
/// Bytes of the notes, of one finding or of one action of a dry run.
pub const NOTE_BYTES: usize = 64 * 1024;
/// Findings, actions, inputs, outputs or tools of one dry run, of each.
pub const NOTES: usize = 1000;
/// Bytes of one token that says who asks; what servers take as a header is no longer.
pub const TOKEN_BYTES: usize = 16 * 1024;
/// Bytes of a file with the keys that tokens are checked with.
pub const KEY_SET_BYTES: usize = 256 * 1024;
/// Services of one registry.
pub const REGISTRY_SERVICES: usize = 100_000;
/// Bytes of one contract of a registry, in its canonical spelling.
pub const REGISTRY_CONTRACT_BYTES: usize = 1024 * 1024;
/// Bytes of the published snapshot of a registry.
pub const REGISTRY_BYTES: usize = 256 * 1024 * 1024;
/// Files that one call registers.
pub const REGISTRY_FILES: usize = 1_000;
