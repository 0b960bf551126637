//! Limits that only text made by a program can reach, and that would make large cases.

use std::path::Path;

use provost::base::limits::{FILES, ITEM_BYTES, SOURCE_BYTES};
use provost::base::{FileId, Sources};
use provost::world::MemoryWorld;
use provost::{package, syntax};

fn codes_of(text: &str) -> Vec<&'static str> {
    let mut sources = Sources::default();
    let file: FileId = sources.add("large.provost", text);
    syntax::parse(file, text).diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
}

#[test]
fn an_item_and_a_file_have_a_largest_size() {
    let item = format!("enum City {{ {} }}\n", "a_city, ".repeat(ITEM_BYTES / 8));
    assert_eq!(codes_of(&format!("{item}let fine = 1\n")), ["P0111"]);
    assert_eq!(codes_of(&"// a remark\n".repeat(SOURCE_BYTES / 12 + 1)), ["P0111"]);
}

#[test]
fn a_package_has_a_largest_number_of_files() {
    let world = MemoryWorld::new("2026-11-21T00:00:00Z".parse().unwrap());
    let mut world = world.with("provost.toml", "[package]\nname = \"many\"\nedition = \"2026\"\n");
    for at in 0..=FILES / 2 {
        world = world.with(format!("contracts/{at}.provost"), "").with(format!("rules/{at}.provost"), "");
    }
    let codes: Vec<&str> = package::open(&world, Path::new(".")).diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(codes, ["P0211"]);
}
