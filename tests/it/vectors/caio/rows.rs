//! Services in a row: the decision about them, and how private they are together.

use provost::route::decision::Decision;
use serde_json::{Value as Json, json};

use super::equation::guarantees;
use super::house::{self, House, NOW, contract as published, welcome};
use super::{rules, same};

/// The decision of the route with as many stages as there are services, each of which can do one of them.
pub fn chain(house: &House, links: &[Json]) -> Result<Decision, String> {
    let longer;
    let (house, route) = match links.len() {
        0 => return Err("a row without a service".to_owned()),
        1 => (house, "caio"),
        2 => (house, "caio_two"),
        3 => (house, "caio_three"),
        more => {
            longer = rules::house_with(&row(more));
            (&longer, "caio_more")
        }
    };
    let contracts: Json = links
        .iter()
        .enumerate()
        .map(|(index, link)| {
            let mut link = link.clone();
            link["capabilities"] = json!([format!("step{index}")]);
            published(&format!("s{index}"), &link)
        })
        .collect();
    let services = house.publish(&contracts).map_err(|f| f[0].message.clone())?;
    let mut task = json!({ "intent": "work", "max_cost": "1000 USD" });
    for (index, key) in ["needs", "then_needs", "finally_needs"].iter().enumerate().take(links.len()) {
        task[key] = json!([format!("step{index}")]);
    }
    task["needs"] = json!(["step0"]);
    welcome(&mut task);
    let decision = house.decide(route, services, &task, NOW, &json!({}))?;
    house::chosen(&decision)?.ok_or("nobody is chosen")?;
    Ok(decision)
}

/// A route of more stages than the package has one for.
fn row(stages: usize) -> String {
    use std::fmt::Write as _;
    let roles: Vec<String> = (0..stages).map(|index| format!("stage{index}")).collect();
    let mut text = "@owner(\"routing\")\nroute caio_more for Task {\n".to_owned();
    for role in &roles {
        writeln!(text, "    {role}: services::Service").unwrap();
    }
    writeln!(text, "    stages {}", roles.join(" then ")).unwrap();
    for (index, role) in roles.iter().enumerate() {
        writeln!(text, "    require offers{index}: {{ \"step{index}\" }} within {role}.capabilities").unwrap();
    }
    text.push_str("    require within: known request.max_cost implies total.price <= request.max_cost\n}\n");
    text
}

/// Whether a row is as private as wanted; what is not claimed is not there.
pub fn private(decision: &Decision, part: &str, wanted: &Json) -> Result<(), String> {
    let told = |name: &str| {
        let found = decision.outputs.iter().find(|(known, _)| &**known == name).and_then(|(_, value)| value.clone());
        found.ok_or(format!("`{name}` is not told"))
    };
    let plain = |json: &Json| json.as_str().map_or(json.to_string(), str::to_owned);
    match wanted {
        Json::Object(parts) => parts.iter().try_for_each(|(name, wanted)| same(name, told(name)?, plain(wanted))),
        wanted => {
            let name = if part == "privacy" { "data_locality" } else { part };
            same(part, told(name)?, plain(wanted))
        }
    }
}

/// The place of a row is the furthest of its places; where a service does not say, nothing is claimed of the row.
#[test]
fn a_row_is_as_private_as_its_least_private_service() {
    let house = House::open();
    let at = |place: &str| json!({ "privacy": { "data_locality": place, "encryption": place != "cloud" } });
    let row = |links: &[Json], wanted: Json| {
        guarantees(&house, &json!({ "chain": links }), &json!({ "composed": { "privacy": wanted } }))
    };
    let (device, local, cloud) = (at("on_device"), at("local"), at("cloud"));
    row(&[device.clone(), local.clone()], json!({ "data_locality": "local", "encryption": true })).unwrap();
    row(&[cloud.clone(), device.clone()], json!({ "data_locality": "cloud", "encryption": false })).unwrap();
    row(&[device.clone(), cloud, local], json!({ "data_locality": "cloud", "encryption": false })).unwrap();
    let silent = row(&[device, json!({})], json!("on_device")).unwrap_err();
    assert_eq!(silent, "`data_locality` is not told");
}
