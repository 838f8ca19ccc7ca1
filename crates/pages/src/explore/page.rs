//! The page of an exploration.

use super::{ClaimResult, Exploration};
use crate::figure::page::{Monitored, PagePart, ReplayData, ReportPage, Section};
use crate::figure::{FigureCell, FigureTable};
use crate::language::Lang;
use treino::report::Stopping;

/// An exploration as one page; `name` is the name of its table.
pub fn exploration_report(found: &Exploration, name: &str, lang: Lang) -> ReportPage {
    let mut table = FigureTable::new([lang.explore_topic(), lang.explore_claim(), lang.explore_finding()]);
    for topic in &found.topics {
        let cells = [topic.title.clone(), topic.claim.clone(), lang.claim_finding(topic.finding)];
        table.row(cells.map(FigureCell::from));
    }
    let mut lead = vec![found.counts(lang)];
    lead.extend(found.words.iter().cloned());
    if !found.left_out.is_empty() {
        lead.push(lang.explore_left_out(found.left_out.join(", ")));
    }
    if found.cut_short {
        lead.push(lang.explore_cut_short());
    }
    let mut sections = vec![Section {
        id: "findings".to_string(),
        title: lang.explore_section_findings(),
        parts: vec![PagePart::Table(table, lang.explore_table_words())],
    }];
    for topic in &found.topics {
        let mut parts = vec![PagePart::Words(vec![lang.explore_claimed(&topic.claim)])];
        let mut said = topic.words.clone();
        if topic.finding != ClaimResult::Shown {
            said.push(lang.explore_found(lang.claim_finding(topic.finding)));
        }
        parts.push(PagePart::Words(said));
        parts.extend(topic.figures.iter().cloned().map(PagePart::Figure));
        if let Some((name, values)) = &topic.recorded {
            parts.push(PagePart::Replay(replay(name, values, lang)));
        }
        sections.push(Section { id: format!("topic-{}", topic.id), title: topic.title.clone(), parts });
    }
    ReportPage { lang, title: lang.explore_page_title(name), lead, sections }
}

/// An interactive replay of early stopping on a recorded training.
fn replay(name: &str, values: &[f64], lang: Lang) -> ReplayData {
    let values = values.iter().map(|value| Some(*value)).collect();
    ReplayData {
        id: "replay".to_string(),
        title: lang.replay_heading(),
        monitored: vec![Monitored { name: name.to_string(), more_is_better: false, values }],
        settings: Stopping::after(10, name, false),
    }
}
