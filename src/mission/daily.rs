//! The operations `daily.*`: yesterday in sums, today in priorities, a log and an archive. No clock: the day is `state.today`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::data::Data;
use super::problem::{Kind, Problem};
use crate::base::Date;

/// The human step whose answer confirms the priorities.
const CONFIRM: &str = "daily-confirm-priorities";

/// A task, read.
struct Task {
    id: String,
    status: Status,
    priority: Priority,
    due: Option<Date>,
    depends_on: Vec<String>,
    completed_on: Option<Date>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Todo,
    InProgress,
    Blocked,
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    P0,
    P1,
    P2,
    P3,
}

fn wrong(message: impl Into<String>) -> Problem {
    Problem::new(Kind::InvalidInput, message)
}

fn day(data: &Data, what: &str) -> Result<Date, Problem> {
    let parsed = data.as_text().and_then(|text| text.parse::<Date>().ok());
    parsed.ok_or_else(|| wrong(format!("{what} is no day, such as `2026-11-21`")))
}

fn today(state: &Data) -> Result<Date, Problem> {
    match state.get("today") {
        Some(today) => day(today, "`today`"),
        None => Err(wrong("the state has no `today`; a mission has no clock, so the day is an input")),
    }
}

/// The day before; the first of all days has none.
fn yesterday(today: Date) -> Result<Date, Problem> {
    let day = crate::base::Decimal::from(86_400);
    let before = today.start().seconds().sub(day).and_then(crate::base::Instant::from_seconds);
    before.map(crate::base::Instant::date).ok_or_else(|| wrong("there is no day before `today`"))
}

/// The tasks of a key of the state, each with an id of its own.
fn tasks(state: &Data, key: &str) -> Result<Vec<Task>, Problem> {
    let Some(list) = state.get(key) else { return Ok(Vec::new()) };
    let list = list.as_list().ok_or_else(|| wrong(format!("`{key}` is {}, and a list is needed", list.kind())))?;
    let tasks = list.iter().map(task).collect::<Result<Vec<Task>, Problem>>()?;
    let mut seen = BTreeSet::new();
    match tasks.iter().find(|task| !seen.insert(task.id.as_str())) {
        Some(twice) => Err(wrong(format!("two tasks have the id `{}`", twice.id))),
        None => Ok(tasks),
    }
}

fn task(data: &Data) -> Result<Task, Problem> {
    let id = match data.get("id") {
        Some(Data::Text(id)) if !id.is_empty() => id.clone(),
        _ => return Err(wrong("a task has no `id`")),
    };
    let text = |key: &str| match data.get(key) {
        None | Some(Data::Null) => Ok(None),
        Some(Data::Text(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(wrong(format!("`{key}` of task `{id}` is {}, and a text is needed", other.kind()))),
    };
    let status = match text("status")? {
        None | Some("todo") => Status::Todo,
        Some("in_progress") => Status::InProgress,
        Some("blocked") => Status::Blocked,
        Some("done") => Status::Done,
        Some(other) => return Err(wrong(format!("`{other}` is no status of task `{id}`"))),
    };
    let priority = match text("priority")? {
        Some("P0") => Priority::P0,
        Some("P1") => Priority::P1,
        Some("P2") => Priority::P2,
        None | Some("P3") => Priority::P3,
        Some(other) => return Err(wrong(format!("`{other}` is no priority of task `{id}`"))),
    };
    let date = |key: &str| match data.get(key) {
        None | Some(Data::Null) => Ok(None),
        Some(given) => day(given, &format!("`{key}` of task `{id}`")).map(Some),
    };
    let depends_on = match data.get("depends_on") {
        None | Some(Data::Null) => Some(Vec::new()),
        Some(list) => list.as_list().and_then(|l| l.iter().map(|d| d.as_text().map(str::to_owned)).collect()),
    };
    let depends_on = depends_on.ok_or_else(|| wrong(format!("`depends_on` of task `{id}` is no list of ids")))?;
    Ok(Task { status, priority, due: date("due")?, completed_on: date("completed_on")?, depends_on, id })
}

/// The tasks with whether each waits for another one. A task that nobody knows is not done.
fn weighed(state: &Data) -> Result<Vec<(Task, bool)>, Problem> {
    let (tasks, archived) = (tasks(state, "tasks")?, tasks(state, "archive")?);
    let done: BTreeSet<String> =
        tasks.iter().chain(&archived).filter(|t| t.status == Status::Done).map(|t| t.id.clone()).collect();
    let waits = |task: &Task| {
        let open = task.depends_on.iter().any(|id| !done.contains(id));
        task.status == Status::Blocked || (task.status != Status::Done && open)
    };
    Ok(tasks
        .into_iter()
        .map(|task| {
            let waits = waits(&task);
            (task, waits)
        })
        .collect())
}

fn put(state: &mut Data, key: &str, value: Data) -> Result<(), Problem> {
    match state {
        Data::Map(entries) => {
            entries.insert(key.to_owned(), value);
            Ok(())
        }
        other => Err(wrong(format!("the state is {}, and a map is needed", other.kind()))),
    }
}

/// `daily.summarise`: what was completed yesterday, and what is open.
pub fn summarise(state: &mut Data) -> Result<(), Problem> {
    let (today, weighed) = (today(state)?, weighed(state)?);
    let date = yesterday(today)?;
    let ids = |wanted: &dyn Fn(&Task, bool) -> bool| {
        let ids: BTreeSet<&str> =
            weighed.iter().filter(|(task, waits)| wanted(task, *waits)).map(|(task, _)| task.id.as_str()).collect();
        Data::texts(ids)
    };
    let open = |task: &Task| task.status != Status::Done;
    let summary = Data::map([
        ("date", Data::Text(date.to_string())),
        ("completed", ids(&|task, _| !open(task) && task.completed_on == Some(date))),
        ("in_progress", ids(&|task, _| task.status == Status::InProgress)),
        ("blocked", ids(&|_, waits| waits)),
        ("overdue", ids(&|task, _| open(task) && task.due.is_some_and(|due| due < today))),
        ("open_total", Data::count(weighed.iter().filter(|(task, _)| open(task)).count())),
    ]);
    put(state, "summary", summary)
}

/// `daily.prioritise`: what can be worked on, by priority, overdue first, then by day, then as listed.
pub fn prioritise(payload: &Data, state: &mut Data) -> Result<(), Problem> {
    let most = match payload.get("max_priorities") {
        None => 3,
        Some(Data::Integer(text)) => text.parse::<usize>().map_err(|_| bad_count())?,
        Some(_) => return Err(bad_count()),
    };
    let (today, weighed) = (today(state)?, weighed(state)?);
    let mut ready: Vec<&Task> = weighed
        .iter()
        .filter(|(task, waits)| matches!(task.status, Status::Todo | Status::InProgress) && !waits)
        .map(|(task, _)| task)
        .collect();
    ready.sort_by_key(|task| {
        let overdue = task.due.is_some_and(|due| due < today);
        (task.priority, Reverse(overdue), task.due.is_none(), task.due)
    });
    let chosen = Data::texts(ready.iter().take(most).map(|task| task.id.as_str()));
    put(state, "priorities", chosen)
}

fn bad_count() -> Problem {
    Problem::new(Kind::InvalidPayload, "`max_priorities` is a whole number, and not negative")
}

/// `daily.log`: one entry a day, with who confirmed the priorities.
pub fn log(state: &mut Data) -> Result<(), Problem> {
    let today = Data::Text(today(state)?.to_string());
    let part = |key: &str| {
        state.get(key).cloned().ok_or_else(|| wrong(format!("the state has no `{key}`; it is made before the log")))
    };
    let (summary, priorities) = (part("summary")?, part("priorities")?);
    let confirmed = state.get("human").and_then(|human| human.get(CONFIRM)).and_then(|answer| answer.get("actor"));
    let entry = Data::map([
        ("date", today.clone()),
        ("summary", summary),
        ("priorities", priorities),
        ("confirmed_by", confirmed.cloned().unwrap_or(Data::Null)),
    ]);
    let mut entries = match state.get("daily_log") {
        None => Vec::new(),
        Some(Data::List(entries)) => entries.clone(),
        Some(other) => return Err(wrong(format!("`daily_log` is {}, and a list is needed", other.kind()))),
    };
    if entries.iter().any(|entry| entry.get("date") == Some(&today)) {
        return Err(Problem::new(Kind::DuplicateLog, "the log has an entry of today already"));
    }
    entries.push(entry);
    put(state, "daily_log", Data::List(entries))
}

/// `daily.archive`: done tasks leave the list.
pub fn archive(state: &mut Data) -> Result<(), Problem> {
    let done: BTreeSet<String> =
        tasks(state, "tasks")?.into_iter().filter(|t| t.status == Status::Done).map(|t| t.id).collect();
    tasks(state, "archive")?;
    let list = |key: &str| state.get(key).and_then(Data::as_list).unwrap_or_default().to_vec();
    let is_done = |task: &Data| task.get("id").and_then(Data::as_text).is_some_and(|id| done.contains(id));
    let (gone, left): (Vec<Data>, Vec<Data>) = list("tasks").into_iter().partition(is_done);
    let mut archived = list("archive");
    archived.extend(gone);
    put(state, "archive", Data::List(archived))?;
    put(state, "tasks", Data::List(left))
}
