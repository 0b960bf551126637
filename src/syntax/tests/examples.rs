//! Every example of the language page parses, and means what the page says.

use super::*;

const CONTRACTS: &str = r#"
/// A language model that answers a completion.
trait Model {
    provider:     Provider
    family:       string
    status:       Status = production
    capabilities: set<Capability>
    regions:      set<Region>?
    context:      int
    input_cost:   usd                                   // per 1 000 tokens
    uses:         set<service> = {}                     // sub-processors

    guarantee latency:      duration at most,  composes by sum
    guarantee accuracy:     ratio    at least, composes by min
    guarantee availability: ratio    at least, composes by product
    guarantee reproducible: bool,              composes by and

    invariant context >= 1_000 because "a model that cannot hold a page is of no use"
}

trait Audited extends Model { audit_log: bool  invariant audit_log }

service "gpt-5.2-pro" is Audited {
    provider     = openai
    family       = "gpt-5"
    capabilities = { reasoning, analysis, synthesis }
    regions      = { us_east, eu_west }
    context      = 200_000
    input_cost   = $0.015
    audit_log    = true
    latency     <= 8s
    accuracy    >= 97%
    accept on Completion: request.data <= internal because "vendor terms, section 4"
}
"#;

const REQUESTS: &str = r#"
request Completion {
    tenant:      string
    needs:       set<Capability>
    data:        DataClass = internal
    region:      Region?
    autonomy:    Autonomy = RO
    max_latency: duration?
    budget:      usd?
    tags:        set<string> = {}
    invariant not known budget or budget > $0
}

signal healthy for Model: bool = true        // supplied by the host: healthy(service)
signal utilisation: ratio                    // no default: unknown when the host says nothing

let EU: set<Region> = { eu_west, eu_central }
define sensitive(r: Completion) = r.data >= confidential or "pii" in r.tags

table layers: Layer -> { primary: service<Model>?, fallback: list<service<Model>>, autonomy: set<Autonomy> } {
    L0 = { primary: "gpt-5.2", fallback: ["gpt-5-mini"], autonomy: { REC } }
    L6 = { fallback: [], autonomy: {} }
}
"#;

const ROUTES: &str = r#"
route completion for Completion {
    primary:  Model
    fallback: Model[0..2]
    critic:   Audited?

    require capabilities: request.needs within service.capabilities
    require latency:      service.latency <= request.max_latency ?? 30s
    require spare:        all f in fallback: f != primary

    score primary, fallback {
        quality:  40 * service.accuracy
        price:   -25 * (service.input_cost / $0.01)
        nearby:    5 when request.region in service.regions
    }
}

@owner("dpo") @ref("GDPR Art. 44")
rule pii_stays_in_eu on completion {
    when request.data >= confidential
    require service.regions within EU
    require all s in service.uses+: s.regions within EU
    because "personal data is processed in the Union only"
}

rule exec_locked on completion { deny when request.autonomy == EXEC  because "EXEC stays locked" }
rule retired     on completion { exclude service when service.status != production }
rule separation_of_duties on completion {
    require critic.provider != primary.provider and critic.family != primary.family
    because "nobody reviews their own work"
}

waiver "INC-4711" for pii_stays_in_eu {
    when request.tenant == "acme"  until 2026-12-31
    approved by "dpo@example.org"  because "migration of the EU cluster"
}
"#;

const CASES: &str = r#"
test "the pro model proposes for L2" {
    route select with { layer: L2, autonomy: PROP, task: "outlook" }  at 2026-11-21
    signals { healthy("o3") = false }
    expect primary == "gpt-5.2-pro"
    expect "gpt-5-mini" rejected by select.capabilities
}
test "locked" { route select with { layer: L2, autonomy: EXEC, task: "x" }  expect denied by exec_locked }

property residency on completion { when request.data >= confidential  always primary.regions within EU }
property locked    on select     { when request.autonomy == EXEC      always denied }

mission daily_loop(tasks: list<Task>) limit steps 5, human 2 {
    state { summary: string = ""  top: list<string> = []  approved: bool = false }
    step  summarise  { set summary = "{count(t in tasks where t.done)} of {count(tasks)} done" }
    step  prioritise { set top = [t.title for t in tasks where not t.done order by t.priority desc limit 3] }
    human approve    { ask "Work on {top}?" into approved }
    step  record when approved { append log summary }
}
"#;

#[test]
fn contracts_parse() {
    assert_eq!(good(CONTRACTS).items.len(), 3);
}

#[test]
fn requests_parse() {
    assert_eq!(good(REQUESTS).items.len(), 6);
}

#[test]
fn routes_parse() {
    assert_eq!(good(ROUTES).items.len(), 6);
}

#[test]
fn cases_parse() {
    assert_eq!(good(CASES).items.len(), 5);
}

/// All examples, for the tests that break them.
pub const ALL: [&str; 4] = [CONTRACTS, REQUESTS, ROUTES, CASES];
