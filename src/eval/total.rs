//! Guarantees composed over the filled stages of a pipeline.

use std::borrow::Cow;

use super::machine::Machine;
use super::truth::{Gap, Val};
use crate::ir::{Arithmetic, Composition};
use crate::value::{Value, ops};

/// A set of stages, one bit each.
type Stages = u64;

impl<'p> Machine<'p> {
    /// One of the pipeline's guarantees, over the stages that are filled.
    pub fn total(&self, number: usize) -> Val<'p> {
        let composed = self.pipeline.guarantees.get(number).ok_or(Gap::Unknown)?;
        let mut promises: Vec<Option<&'p Value>> = Vec::new();
        for stage in &self.pipeline.stages {
            promises.push(match self.given.get(stage.role).and_then(|given| given.first()) {
                Some(service) => Some(self.plan.stated(composed.column, *service).ok_or(Gap::Unknown)?),
                None => None,
            });
        }
        let mut filled = promises.iter().flatten().copied();
        let total = match composed.composition {
            None => filled.next().cloned().map(Some),
            Some(Composition::Sum) => longest(&self.nearest(&promises), &promises),
            Some(Composition::Product) => self.product(&promises),
            Some(Composition::Min) => {
                filled.next().map(|first| Some(filled.cloned().fold(first.clone(), ops::smaller)))
            }
            Some(Composition::Max) => filled.next().map(|first| Some(filled.cloned().fold(first.clone(), ops::larger))),
            Some(Composition::And) => filled.next().map(|first| Some(filled.cloned().fold(first.clone(), Ord::min))),
            Some(Composition::Or) => filled.next().map(|first| Some(filled.cloned().fold(first.clone(), Ord::max))),
        };
        total.ok_or(Gap::Unknown)?.map(Cow::Owned).ok_or(Gap::Fault)
    }

    /// For each stage the filled stages that come directly before it, those that are not filled being passed through.
    fn nearest(&self, promises: &[Option<&Value>]) -> Vec<Stages> {
        let mut nearest: Vec<Stages> = Vec::new();
        for stage in &self.pipeline.stages {
            let before = stage.after.iter().fold(0, |set, at| match promises.get(*at) {
                Some(Some(_)) => set | bit(*at),
                _ => set | nearest.get(*at).copied().unwrap_or(0),
            });
            nearest.push(before);
        }
        nearest
    }

    /// The product in the order in which the roles are declared, since each step may round.
    fn product(&self, promises: &[Option<&Value>]) -> Option<Option<Value>> {
        let mut declared: Vec<(usize, &Value)> =
            self.pipeline.stages.iter().zip(promises).filter_map(|(stage, p)| Some((stage.role, (*p)?))).collect();
        declared.sort_by_key(|(role, _)| *role);
        let mut values = declared.into_iter().map(|(_, value)| value);
        let first = values.next()?.clone();
        Some(values.try_fold(first, |so_far, value| ops::arithmetic(Arithmetic::Multiply, &so_far, value)))
    }
}

fn bit(stage: usize) -> Stages {
    u32::try_from(stage).ok().and_then(|stage| 1u64.checked_shl(stage)).unwrap_or(0)
}

/// The largest sum along a path from a first to a last filled stage: outer `None` if no stage is filled, inner if a sum
/// is out of range.
fn longest(nearest: &[Stages], promises: &[Option<&Value>]) -> Option<Option<Value>> {
    let filled = || promises.iter().enumerate().filter(|(_, promise)| promise.is_some());
    let followed = filled().fold(0, |set, (at, _)| set | nearest.get(at).copied().unwrap_or(0));
    let mut sums: Vec<Option<Value>> = Vec::new();
    let mut largest: Option<Value> = None;
    for (at, promise) in promises.iter().enumerate() {
        let before = nearest.get(at).copied().unwrap_or(0);
        let longest_before = sums
            .iter()
            .enumerate()
            .filter(|(earlier, _)| before & bit(*earlier) != 0)
            .filter_map(|(_, sum)| sum.clone())
            .reduce(ops::larger);
        let sum = match (promise, longest_before) {
            (None, _) => None,
            (Some(own), None) => Some((*own).clone()),
            (Some(own), Some(before)) => match ops::arithmetic(Arithmetic::Add, &before, own) {
                Some(sum) => Some(sum),
                None => return Some(None),
            },
        };
        if let Some(sum) = sum.clone().filter(|_| followed & bit(at) == 0) {
            largest = Some(largest.map_or(sum.clone(), |largest| ops::larger(largest, sum)));
        }
        sums.push(sum);
    }
    largest.map(Some)
}
