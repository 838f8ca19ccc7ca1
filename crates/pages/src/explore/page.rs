//! The page of an exploration.

use super::{ClaimResult, Exploration, Topic};
use crate::figure::page::{Exercise, Monitored, PagePart, ReplayData, ReportPage, Section};
use crate::figure::{FigureCell, FigureTable};
use crate::language::Lang;
use treino::report::Stopping;

/// An exploration as one page; `name` is the name of its table. With `predict_first` each topic is an exercise: its
/// finding stays hidden until the reader has predicted it, and on paper the solutions are at the end.
pub fn exploration_report(found: &Exploration, name: &str, lang: Lang, predict_first: bool) -> ReportPage {
    let mut table = FigureTable::new([lang.explore_topic(), lang.explore_claim(), lang.explore_finding()]);
    for topic in &found.topics {
        let cells = [topic.title.clone(), topic.claim.clone(), lang.claim_finding(topic.finding)];
        table.row(cells.map(FigureCell::from));
    }
    let mut lead = vec![if predict_first { lang.explore_exercise() } else { found.counts(lang) }];
    lead.extend(found.words.iter().cloned());
    if !found.left_out.is_empty() {
        lead.push(lang.explore_left_out(found.left_out.join(", ")));
    }
    if found.cut_short {
        lead.push(lang.explore_cut_short());
    }
    let parts = vec![PagePart::Table(table, lang.explore_table_words())];
    let findings = Section::new("findings", lang.explore_section_findings(), parts);
    let mut sections = Vec::new();
    for topic in &found.topics {
        let claim = lang.explore_claimed(&topic.claim);
        let (mut parts, exercise) = match exercise(topic, &claim, lang).filter(|_| predict_first) {
            Some(exercise) => (Vec::new(), Some(exercise)),
            None => (vec![PagePart::Words(vec![claim])], None),
        };
        let mut said = topic.words.clone();
        if topic.finding != ClaimResult::Shown {
            said.push(lang.explore_found(lang.claim_finding(topic.finding)));
        }
        parts.push(PagePart::Words(said));
        parts.extend(topic.worked.iter().map(|(table, words)| PagePart::Table(table.clone(), words.clone())));
        for figure in &topic.figures {
            let mut figure = figure.clone();
            if topic.worked.as_ref().is_some_and(|(worked, _)| *worked == figure.table) {
                // It is open already.
                figure.table = FigureTable::default();
            }
            parts.push(PagePart::Figure(figure));
        }
        if let Some((name, values)) = &topic.recorded {
            parts.push(PagePart::Replay(replay(name, values, lang)));
        }
        sections.push(Section { exercise, ..Section::new(format!("topic-{}", topic.id), &topic.title, parts) });
    }
    if predict_first {
        sections.push(Section { exercise: Some(Exercise::default()), ..findings });
    } else {
        sections.insert(0, findings);
    }
    ReportPage { lang, title: lang.explore_page_title(name), lead, sections }
}

/// The question of a topic that tests its claim; `None` for one that only shows something.
fn exercise(topic: &Topic, claim: &str, lang: Lang) -> Option<Exercise> {
    const ANSWERS: [ClaimResult; 3] = [ClaimResult::Confirmed, ClaimResult::Refuted, ClaimResult::Undecided];
    let answer = ANSWERS.iter().position(|answer| *answer == topic.finding)?;
    let choices = ANSWERS.map(|answer| lang.claim_finding(answer)).to_vec();
    Some(Exercise { question: claim.to_string(), choices, answer })
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
