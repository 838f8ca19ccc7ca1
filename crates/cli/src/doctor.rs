//! `treino doctor`: the findings of the checks on a run.

use crate::arguments::argument;
use crate::indented_lines::IndentedLines;
use crate::json;
use crate::terminal::Terminal;
use crate::wrap::wrapped;
use clap::ArgMatches;
use serde_json::json;
use std::path::Path;
use treino::Result;
use treino::doctor::{Finding, examine};
use treino::report::Record;
use treino_pages::language::{Lang, remedy_command};

/// Prints the findings of a run.
pub fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<u8> {
    let run = argument(matches, "run");
    let findings = examine(&Record::open(Path::new(run))?);
    let spec = spec_of(Path::new(run));
    if matches.get_flag("json") {
        json::line(&object(&findings, &spec));
        return Ok(0);
    }
    if findings.is_empty() {
        terminal.print(&wrapped(&terminal.lang.nothing_found(), terminal.width, "  ", "    "));
        return Ok(0);
    }
    let mut lines = IndentedLines::new(terminal);
    add(&mut lines, &findings, &spec, terminal.lang);
    terminal.print(&lines.text);
    Ok(0)
}

/// The path of the spec of a run, as commands name it.
pub fn spec_of(run: &Path) -> String {
    run.join("spec.toml").display().to_string()
}

/// Findings as text, each with suggestions.
pub fn add(lines: &mut IndentedLines<'_>, findings: &[Finding], spec: &str, lang: Lang) {
    for finding in findings {
        let severity = lang.severity(finding.rule.severity());
        lines.add(&severity, &format!("{} ({}).", lang.finding(finding), lang.evidence(&finding.rule)));
        if let Some(remedy) = &finding.remedy {
            lines.add_command(&lang.label_try(), &remedy_command(remedy, spec));
        }
        if let Some(trade) = lang.trade(finding) {
            lines.add(&lang.label_trade(), &format!("{trade}."));
        }
    }
}

/// Findings as JSON, in English.
pub fn object(findings: &[Finding], spec: &str) -> serde_json::Value {
    let one = |finding: &Finding| {
        let mut one = serde_json::to_value(&finding.rule).unwrap_or_default();
        one["severity"] = json!(finding.rule.severity());
        one["target"] = json!(finding.target);
        one["what"] = json!(Lang::English.finding(finding));
        one["evidence"] = json!(Lang::English.evidence(&finding.rule));
        one["figure"] = json!(finding.rule.figure());
        one["command"] = json!(finding.remedy.as_ref().map(|remedy| remedy_command(remedy, spec)));
        one["changes"] = json!(finding.remedy);
        one["trade"] = json!(Lang::English.trade(finding));
        one
    };
    json!({ "findings": findings.iter().map(one).collect::<Vec<_>>() })
}
