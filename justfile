# The verbs of the house; `just` alone lists them.

default:
    @just --list

# Compile the program.
build:
    cargo build

# Run every test.
test:
    cargo test --workspace

# Run the cases whose path holds PART: `just cases check/unknown`.
cases PART="":
    CASE={{PART}} cargo test --test it cases

# Accept what the tests now print; read the difference before you commit it.
bless:
    INSTA_UPDATE=always cargo test --workspace

# Look for mistakes without running anything.
lint:
    cargo fmt --all --check
    rustfmt --edition 2024 --check src/lint/lints/*.rs
    cargo clippy --workspace --all-targets -- -D warnings

# Begin a lint: its file, its row, its page and a case.
new-lint NAME:
    NEW_LINT={{NAME}} cargo test --test it a_new_lint_is_made_by_one_command

# Set every file as rustfmt sets it; it does not find the files of a table by itself.
fmt:
    cargo fmt --all
    rustfmt --edition 2024 src/lint/lints/*.rs

# Build the documentation of the code, and the book where mdbook is installed.
docs:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps
    if command -v mdbook > /dev/null; then mdbook build docs; fi

# Everything that a change must pass.
ci:
    .ci/run
