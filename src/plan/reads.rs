//! What of a candidate compiled code reads: the key to evaluating it once per class of candidates.

use super::code::{Code, Who};
use super::columns::Reads;

/// What the code reads of the subject or of a role. `totals` gives the column of each composed guarantee, if the role
/// is a stage of the pipeline.
pub fn reads(code: &Code, who: Who, totals: &[usize]) -> Reads {
    let mut found = Reads::default();
    let mut open = vec![code];
    while let Some(code) = open.pop() {
        match code {
            Code::Column(of, column) if *of == who => {
                found.columns.insert(*column);
            }
            Code::Service(of) if *of == who => found.whole = true,
            Code::Total(total) => found.columns.extend(totals.get(*total)),
            Code::Services(role) if who == Who::Role(*role) => found.whole = true,
            _ => {}
        }
        open.extend(code.operands());
    }
    found
}
