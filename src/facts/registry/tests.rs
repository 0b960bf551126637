//! What is read of small registries, and what is found wrong with them.

use super::*;
use crate::base::Sources;
use crate::data::read_toml;
use crate::diag::print;

const MODELS: &str = r#"
[registry]
version = "1.0"
effective_date = "2026-01-08"
owner = "ops"
"#;

fn model(key: &str, id: &str, status: &str) -> String {
    format!(
        "[models.{key}]\nmodel_id = \"{id}\"\nprovider = \"p\"\nfamily = \"f\"\ndescription = \"d\"\n\
         context_window = 1000\nmax_output_tokens = 100\ncost_per_1k_input = 0.001\ncost_per_1k_output = 0.002\n\
         latency_p50_ms = 10\nlatency_p99_ms = 20\ncapabilities = [\"reasoning\"]\nuse_cases = []\n\
         rate_limit_rpm = 5\nstatus = \"{status}\"\n"
    )
}

fn layer(key: &str, primary: &str, fallback: &str, critic: &str, autonomy: &str) -> String {
    format!(
        "[layer_mapping.{key}]\nlayer_id = \"{key}\"\ndescription = \"d\"\nprimary = \"{primary}\"\n\
         fallback = {fallback}\ncritic = \"{critic}\"\nautonomy = \"{autonomy}\"\n"
    )
}

fn scope(layer: &str, primary: &str, fallback: &str, critic: &str, autonomy: &str) -> String {
    format!(
        "[scope]\nlayer_id = \"{layer}\"\ndescription = \"d\"\nautonomy_level = \"{autonomy}\"\nversion = \"1\"\n\
         effective_date = \"2026-01-08\"\n[models]\nprimary = \"{primary}\"\nfallback = {fallback}\ncritic = \"{critic}\"\n\
         [inputs]\nallowed = [\"a\"]\nforbidden = []\n[outputs]\nallowed = []\nforbidden = []\n\
         [tooling]\nallowed = []\nforbidden = []\n[logging]\nrequired_fields = []\n\
         [safety]\nsafety_checks = []\nalert_on_violation = true\nalert_channel = \"c\"\n"
    )
}

/// A registry of two models and two layers with a scope, in which nothing is wrong.
fn sound() -> (String, Vec<(&'static str, String)>) {
    let parts = [
        MODELS.to_owned(),
        model("alpha-1-5", "alpha-1.5", "production"),
        model("beta", "beta", "production"),
        model("gamma", "gamma", "production"),
        layer("L0", "alpha-1.5", "\"gamma\"", "beta", "RO/REC"),
        layer("L1", "none", "\"none\"", "none", "EXEC (forbidden)"),
    ];
    (parts.concat(), vec![("L0_x", scope("L0", "alpha-1-5", "[\"gamma\"]", "beta", "RO/REC"))])
}

fn load(text: &str, scopes: &[(&str, String)]) -> (Registry, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("registry.toml", text);
    let root = read_toml(file, text).unwrap();
    let scopes: Vec<ScopeFile> = scopes
        .iter()
        .map(|(stem, text)| {
            let file = sources.add(format!("{stem}.toml"), text.as_str());
            ScopeFile { stem: (*stem).into(), file, node: read_toml(file, text).unwrap() }
        })
        .collect();
    let layers: Vec<Name> = vec!["L0".into(), "L1".into()];
    let (registry, mut found) = read(file, &root, &scopes, Some(&layers));
    print::sort(&mut found, &sources);
    let line = |d: &Diagnostic| {
        let mark = if d.is_error() { "error" } else { "warning" };
        format!("{} {mark} {} {}", sources.location(d.span), d.code.id, d.message)
    };
    (registry, found.iter().map(line).collect())
}

#[test]
fn a_sound_registry_is_read_whole_and_nothing_is_said() {
    let (text, scopes) = sound();
    let (registry, found) = load(&text, &scopes);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(registry.models.len(), 3);
    let layer = registry.layer("L0").unwrap();
    assert_eq!(layer.primary.as_ref().unwrap().model(), Some(&Name::from("alpha-1.5")));
    assert_eq!(layer.fallback.len(), 1, "one text is a list of one");
    assert_eq!(layer.autonomy.as_ref().unwrap().ceiling(), Some(Level::Recommend));
    let closed = registry.layer("L1").unwrap();
    assert_eq!(closed.primary.as_ref().unwrap().names, Named::Nobody);
    assert!(closed.fallback.is_empty() && closed.autonomy.as_ref().unwrap().allowed().is_empty());
    assert_eq!(&*registry.scope("L0").unwrap().id, "L0_x");
}

#[test]
fn dots_and_dashes_name_one_model() {
    let (text, scopes) = sound();
    let (registry, _) = load(&text, &scopes);
    assert_eq!(registry.model("alpha-1-5"), registry.model("alpha-1.5"));
    assert!(registry.model("alpha-1.5").is_some() && registry.model("alpha15").is_none());
    let same = text.replace("critic = \"beta\"", "critic = \"alpha-1-5\"");
    let (_, found) = load(&same, &scopes);
    assert!(found.iter().any(|line| line.contains("error P0574")), "{found:?}");
}

/// A change of the sound registry and the codes that are then found, in order.
const FAULTS: &[(&str, &str, &[&str])] = &[
    ("[registry]", "[registry_]", &["warning P0570"]),
    ("version = \"1.0\"", "version = 1", &["error P0570"]),
    ("critic = \"beta\"", "critic = \"ghost\"", &["warning P0575", "error P0571"]),
    ("critic = \"beta\"", "critic = \"none\"", &["warning P0575", "error P0571"]),
    ("critic = \"beta\"\n", "", &["error P0570"]),
    ("primary = \"alpha-1.5\"", "primary = 7", &["error P0570"]),
    ("fallback = \"gamma\"", "fallback = 7", &["warning P0575", "error P0570"]),
    ("fallback = \"gamma\"", "fallback = \"beta\"", &["warning P0575", "error P0574"]),
    ("fallback = \"gamma\"", "fallback = [\"gamma\", \"gamma\"]", &["warning P0575", "warning P0574"]),
    ("autonomy = \"RO/REC\"", "autonomy = \"rec\"", &["error P0573"]),
    ("autonomy = \"RO/REC\"", "autonomy = \"REC (mostly)\"", &["error P0573"]),
    ("autonomy = \"RO/REC\"", "autonomy = \"RO\"", &["warning P0575"]),
    ("[layer_mapping.L1]", "[layer_mapping.L7]", &["error P0571", "warning P0571", "error P0572"]),
    ("layer_id = \"L1\"", "layer_id = \"L0\"", &["error P0572"]),
    ("[models.beta]", "[models.delta]", &["error P0572"]),
    ("model_id = \"gamma\"", "model_id = \"beta\"", &["error P0572", "error P0572", "error P0571"]),
    ("status = \"production\"", "status = \"deprecated\"", &["warning P0576", "warning P0576", "warning P0576"]),
    ("rate_limit_rpm = 5\n", "", &["error P0570", "error P0570", "error P0570"]),
    ("cost_per_1k_input = 0.001", "cost_per_1k_input = -1", &["error P0570"; 6]),
];

#[test]
fn every_fault_is_found_at_its_place() {
    let (text, scopes) = sound();
    for (from, to, codes) in FAULTS {
        assert!(text.contains(from), "{from}");
        let (_, found) = load(&text.replace(from, to), &scopes);
        let told: Vec<String> =
            found.iter().map(|l| l.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(told, *codes, "{from} → {to}: {found:#?}");
    }
}

#[test]
fn scopes_are_held_to_their_form_and_their_layer() {
    let (text, scopes) = sound();
    let (_, none) = load(&text, &[]);
    assert_eq!(none.len(), 1, "{none:?}");
    assert!(none[0].contains("warning P0575 `L0` has no capability scope"));
    let twice = [scopes[0].clone(), ("L0_y", scopes[0].1.clone())];
    let (_, found) = load(&text, &twice);
    assert_eq!(found, ["L0_y.toml:2:12 error P0572 `L0_x` and `L0_y` are both scopes of `L0`"]);
    let broken = [("L0_x", "[scope]\nlayer_id = \"L9\"\n".to_owned())];
    let (_, found) = load(&text, &broken);
    let errors = found.iter().filter(|line| line.contains(" error ")).count();
    assert_eq!(errors, 6 + 4 + 1, "six sections, four facts, one layer: {found:#?}");
}
