//! Asking the runtime about variables, by a small cell of the kernel's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wick_runtime::facts::Facts;
use wick_runtime::protocol::{Request, Response, Run};

use super::NativeEngine;
use super::prepare::words;
use super::split::split;
use super::timing::Phases;
use crate::engine::CellId;
use crate::engine::source_map::CellText;

impl NativeEngine {
    /// What can be told of these variables at a glance; nothing where their types do not allow a cell to look at them.
    pub(super) async fn facts(&mut self, names: &[&str]) -> BTreeMap<String, Facts> {
        let mut code = "{use ::wick_runtime::facts::{FactProbe, ViaGlance as _, ViaGlanceOnly as _, ViaSize as _, \
                        ViaText as _, tell};\n"
            .to_owned();
        for name in names {
            let _ = writeln!(code, "tell({name:?}, (&&&&FactProbe(&{name})).facts());");
        }
        code.push('}');
        let cell = CellText {
            id: CellId(0),
            text: code.as_str().into(),
        };
        let split = split(&cell.text);
        let words = words(&cell, &split, &self.variables);
        let Ok((notebook, items)) = self.items_for(&cell, &words).await else {
            return BTreeMap::new();
        };
        let prepared = self
            .compile_statements(
                &cell,
                &split,
                &notebook,
                items.as_ref(),
                None,
                &mut Phases::start(),
            )
            .await;
        let Ok(prepared) = prepared else {
            return BTreeMap::new();
        };
        let number = self.new_run();
        let takes = prepared.plan.takes.iter();
        let run = Run {
            run: number,
            cell: 0,
            library: prepared.compiled.library(),
            takes: takes.map(|(variable, _)| variable.slot).collect(),
            keeps: Vec::new(),
            tokio: self.tokio,
        };
        self.runtime.answers();
        match self.runtime.call(&Request::Run(run)).await {
            Ok(Response::Finished(_)) => self.runtime.last_output(number).await,
            Ok(_) => {}
            // A `Debug` of the user's own that ends the process: what was there before it is there again.
            Err(death) => {
                let _ = self.died(CellId(0), &death).await;
            }
        }
        let answers = self.runtime.answers().into_iter();
        answers
            .filter_map(|answer| serde_json::from_value::<(String, Facts)>(answer).ok())
            .collect()
    }
}
