//! What rust-analyzer is told at its start.

use std::path::Path;

use lsp_types::{
    ClientCapabilities, CompletionClientCapabilities, CompletionItemCapability,
    CompletionItemCapabilityResolveSupport, GeneralClientCapabilities, HoverClientCapabilities,
    InitializeParams, MarkupKind, PositionEncodingKind, TextDocumentClientCapabilities,
    WindowClientCapabilities, WorkspaceClientCapabilities,
};
use serde_json::{Value, json};

use super::crates::CrateList;

/// Its configuration: `crates` are all there is, it answers questions and does nothing else.
pub fn settings(crates: &CrateList, sysroot: Option<&Path>) -> Value {
    let mut project = json!({ "crates": crates.crates });
    if let Some(sysroot) = sysroot {
        project["sysroot"] = json!(sysroot);
        let sources = sysroot.join("lib/rustlib/src/rust/library");
        if sources.is_dir() {
            project["sysroot_src"] = json!(sources);
        }
    }
    json!({
        "linkedProjects": [project],
        // rustc says what is wrong with a cell when it is run.
        "checkOnSave": false,
        "diagnostics": { "enable": false },
        // Only what is asked about is worked out, which keeps it small.
        "cachePriming": { "enable": false },
        "lru": { "capacity": 64 },
        "numThreads": 2,
        "files": { "watcher": "client" },
        "cargo": { "buildScripts": { "enable": false } },
        "procMacro": { "enable": true },
        "completion": {
            "postfix": { "enable": false },
            "autoimport": { "enable": false },
            "privateEditable": { "enable": false },
            "addSemicolonToUnit": false,
            "callable": { "snippets": "none" },
            "fullFunctionSignatures": { "enable": true },
        },
        "hover": { "actions": { "enable": false }, "memoryLayout": { "enable": false } },
    })
}

/// The first message.
pub fn initialize(settings: &Value) -> InitializeParams {
    let completion_item = CompletionItemCapability {
        // Without, a method would come as `name()`.
        snippet_support: Some(false),
        // What is to be asked for one by one, that is, not at all: a thousand methods have a thousand texts.
        resolve_support: Some(CompletionItemCapabilityResolveSupport {
            properties: ["documentation", "additionalTextEdits"]
                .map(str::to_owned)
                .to_vec(),
        }),
        ..Default::default()
    };
    let hover = HoverClientCapabilities {
        content_format: Some(vec![MarkupKind::Markdown]),
        ..Default::default()
    };
    InitializeParams {
        process_id: Some(std::process::id()),
        initialization_options: Some(settings.clone()),
        capabilities: ClientCapabilities {
            general: Some(GeneralClientCapabilities {
                position_encodings: Some(vec![PositionEncodingKind::UTF8]),
                ..Default::default()
            }),
            text_document: Some(TextDocumentClientCapabilities {
                completion: Some(CompletionClientCapabilities {
                    completion_item: Some(completion_item),
                    ..Default::default()
                }),
                hover: Some(hover),
                ..Default::default()
            }),
            workspace: Some(WorkspaceClientCapabilities {
                configuration: Some(true),
                ..Default::default()
            }),
            window: Some(WindowClientCapabilities {
                work_done_progress: Some(false),
                ..Default::default()
            }),
            experimental: Some(json!({ "serverStatusNotification": true })),
            ..Default::default()
        },
        ..Default::default()
    }
}
