//! `[lints]` in the manifest: the level of a lint or of a whole group, and what can be set for a lint.

use std::collections::BTreeMap;

use super::{Group, LINTS, Level, Lint, SettingValue};
use crate::base::Name;
use crate::base::similar::nearest;
use crate::data::{Key, Kind, Node};
use crate::diag::Diagnostic;
use crate::resolve::codes::MANIFEST;

/// The levels and values in force.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    groups: BTreeMap<Group, Level>,
    levels: BTreeMap<&'static str, Level>,
    numbers: BTreeMap<(&'static str, &'static str), i64>,
    texts: BTreeMap<(&'static str, &'static str), Vec<Name>>,
    only: bool,
}

impl Settings {
    /// The named lints and no others, as warnings where they would not run otherwise.
    pub fn only(names: &[&str]) -> Self {
        let mut settings = Self { only: true, ..Self::default() };
        for lint in LINTS.iter().filter(|lint| names.contains(&lint.code.id)) {
            settings.levels.insert(lint.code.id, lint.level.max(Level::Note));
        }
        settings
    }

    /// The level of a lint: its own, that of its group, or its default.
    pub fn level(&self, lint: &Lint) -> Level {
        let stated = self.levels.get(lint.code.id).or_else(|| self.groups.get(&lint.group));
        stated.copied().unwrap_or(if self.only { Level::Allow } else { lint.level })
    }

    /// A number that is set for a lint, or its default.
    pub fn number(&self, lint: &Lint, name: &str) -> i64 {
        let default = lint.settings.iter().find(|setting| setting.name == name).map(|setting| setting.default);
        let default = if let Some(SettingValue::Number(number)) = default { number } else { 0 };
        self.numbers.get(&(lint.code.id, name)).copied().unwrap_or(default)
    }

    /// The texts that are set for a lint, or its default.
    pub fn texts(&self, lint: &Lint, name: &str) -> Vec<Name> {
        if let Some(texts) = self.texts.get(&(lint.code.id, name)) {
            return texts.clone();
        }
        let default = lint.settings.iter().find(|setting| setting.name == name).map(|setting| setting.default);
        if let Some(SettingValue::Texts(texts)) = default {
            texts.iter().map(|t| Name::from(*t)).collect()
        } else {
            Vec::new()
        }
    }
}

/// Reads `[lints]`; what is wrong with it comes back beside what could be understood.
pub fn read(node: Option<&Node>) -> (Settings, Vec<Diagnostic>) {
    let mut reader = Reader { settings: Settings::default(), found: Vec::new() };
    match node.map(|node| (&node.kind, node)) {
        None => {}
        Some((Kind::Map(entries), _)) => entries.iter().for_each(|(key, value)| reader.entry(key, value)),
        Some((_, node)) => {
            let message = format!("`lints` takes a table, not {}", node.words());
            let help = "write `[lints]` and below it a line such as `magic-number = \"allow\"`";
            reader.found.push(Diagnostic::error(&MANIFEST, node.opening(), message).help(help));
        }
    }
    (reader.settings, reader.found)
}

struct Reader {
    settings: Settings,
    found: Vec<Diagnostic>,
}

impl Reader {
    fn entry(&mut self, key: &Key, value: &Node) {
        if let Some(group) = Group::ALL.iter().find(|group| group.word() == &*key.text) {
            if let Some(level) = self.level(value) {
                self.settings.groups.insert(*group, level);
            }
            return;
        }
        let Some(lint) = super::find(&key.text) else {
            let names = LINTS.iter().map(|lint| lint.code.id).chain(Group::ALL.iter().map(|group| group.word()));
            let near = nearest(&key.text, names);
            let found = Diagnostic::error(&MANIFEST, key.span, format!("there is no lint `{}`", key.text));
            let found = found.label("neither a lint nor a group of lints");
            self.found.push(match near {
                Some(_) => found.suggest(key.span, near),
                None => found.help("`provost lint --list` names them all"),
            });
            return;
        };
        match &value.kind {
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| self.setting(lint, key, value)),
            _ => {
                if let Some(level) = self.level(value) {
                    self.settings.levels.insert(lint.code.id, level);
                }
            }
        }
    }

    fn setting(&mut self, lint: &'static Lint, key: &Key, value: &Node) {
        if &*key.text == "level" {
            if let Some(level) = self.level(value) {
                self.settings.levels.insert(lint.code.id, level);
            }
            return;
        }
        let Some(setting) = lint.settings.iter().find(|setting| setting.name == &*key.text) else {
            let names: Vec<&str> = std::iter::once("level").chain(lint.settings.iter().map(|s| s.name)).collect();
            let message = format!("the lint `{}` has no setting `{}`", lint.code.id, key.text);
            let found = Diagnostic::error(&MANIFEST, key.span, message).label("unknown setting");
            let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            self.found.push(match nearest(&key.text, names.iter().copied()) {
                near @ Some(_) => found.suggest(key.span, near),
                None => found.help(format!("it has {}", list.join(", "))),
            });
            return;
        };
        match (setting.default, &value.kind) {
            (SettingValue::Number(_), Kind::Number(text)) if text.parse::<i64>().is_ok_and(|number| number >= 0) => {
                self.settings.numbers.insert((lint.code.id, setting.name), text.parse().unwrap_or_default());
            }
            (SettingValue::Texts(_), Kind::List(nodes)) if nodes.iter().all(|n| matches!(n.kind, Kind::Text(_))) => {
                let text = |node: &Node| if let Kind::Text(text) = &node.kind { Some(text.clone()) } else { None };
                self.settings.texts.insert((lint.code.id, setting.name), nodes.iter().filter_map(text).collect());
            }
            (default, _) => {
                let wanted = match default {
                    SettingValue::Number(_) => "a whole number that is not negative",
                    SettingValue::Texts(_) => "a list of texts",
                };
                let message = format!("`{}` takes {wanted}, not {}", setting.name, value.words());
                self.found.push(Diagnostic::error(&MANIFEST, value.opening(), message));
            }
        }
    }

    fn level(&mut self, node: &Node) -> Option<Level> {
        let words: Vec<&str> = Level::ALL.iter().map(|level| level.word()).collect();
        let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let Kind::Text(text) = &node.kind else {
            let message = format!("a level is a text, not {}", node.words());
            let help = format!("write one of {}", list.join(", "));
            self.found.push(Diagnostic::error(&MANIFEST, node.opening(), message).help(help));
            return None;
        };
        let level = Level::ALL.iter().find(|level| level.word() == &**text).copied();
        if level.is_none() {
            let found = Diagnostic::error(&MANIFEST, node.span, format!("there is no level `{text}`"));
            self.found.push(match nearest(text, words) {
                Some(near) => found.suggest(node.span, Some(&format!("{near:?}"))),
                None => found.help(format!("write one of {}", list.join(", "))),
            });
        }
        level
    }
}
