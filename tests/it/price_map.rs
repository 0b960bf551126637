//! The shipped catalogue is what the public price map converts to, and what is exported imports again.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn provost(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_provost")).current_dir(root()).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "provost {arguments:?}: {said}");
}

/// The price map as it is published, where the machine has it.
fn public_map() -> Option<PathBuf> {
    let folder = std::env::var_os("PROVOST_SHARED").map_or(root().join("../shared"), PathBuf::from);
    Some(folder.join("data/litellm_model_prices.json")).filter(|path| path.is_file())
}

#[test]
fn the_catalogue_is_what_the_price_map_converts_to() {
    let Some(map) = public_map() else {
        println!("skipped: the public price map is not here; PROVOST_SHARED names the folder that holds data/");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("catalogue.yaml");
    let (map, to) = (map.to_str().unwrap(), written.to_str().unwrap());
    let command = ["--package", "contracts/models", "import", "--adapter", "litellm-prices", map, "--trait", "Model"];
    provost(&[&command[..], &["--option", "mode=chat", "-o", to]].concat());
    let shipped = std::fs::read(root().join("contracts/models/data/catalogue.yaml")).unwrap();
    assert!(std::fs::read(written).unwrap() == shipped, "the shipped catalogue is not the conversion of the price map");
}

#[test]
fn every_contract_is_exported_and_imported_unchanged() {
    comes_back("contracts/models", &["model.provost", "deployment.provost"]);
    comes_back("contracts/caio", &["service.provost"]);
}

/// Whether the services of a package are the same after a way through each format, under the traits of these files.
fn comes_back(package: &str, traits: &[&str]) {
    let package = root().join(package);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path();
    std::fs::create_dir_all(copy.join("contracts")).unwrap();
    for file in traits {
        std::fs::copy(package.join("contracts").join(file), copy.join("contracts").join(file)).unwrap();
    }
    let first = export(&package, &copy.join("all.json"));
    for format in ["yaml", "toml", "json"] {
        let data = format!("all.{format}");
        export(&package, &copy.join(&data));
        let manifest = format!(
            "[package]\nname = \"copy\"\nedition = \"2026\"\n[[import]]\nfile = \"{data}\"\nadapter = \"provost\"\n"
        );
        std::fs::write(copy.join("provost.toml"), manifest).unwrap();
        assert!(export(copy, &copy.join("again.json")) == first, "{format} does not come back as it was");
    }
}

fn export(package: &Path, to: &Path) -> Vec<u8> {
    provost(&["--package", package.to_str().unwrap(), "export", "-o", to.to_str().unwrap()]);
    std::fs::read(to).unwrap()
}
