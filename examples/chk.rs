//! x
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let p = provost::package::open(&provost::cli::disk::Disk, std::path::Path::new(&dir));
    eprint!("{}", provost::diag::print::terminal(&p.diagnostics, &p.sources, provost::diag::print::Style::PLAIN));
    println!("{} services {} routes {} tests", p.services.len(), p.policy.routes.len(), p.tests.len());
    if std::env::args().nth(2).is_some() {
        println!("{}", serde_json::to_string_pretty(&provost::ir::json::policy(&p.policy)).unwrap());
    }
}
