//! Files of Hugging Face's hub, in the cache that its own tools use.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ureq::http::{HeaderMap, StatusCode, Uri};

use super::download::{Request, config, download, reason};
use super::partial::create_private;
use super::{Expected, HubError, LineProgress, Progress, cache, load};
use crate::nn::StateDict;

/// Where the hub is.
const ENDPOINT: &str = "https://huggingface.co";
/// How often the hub may send one to another of its own addresses: a repository that was renamed.
const HOPS: usize = 5;

/// Hugging Face's hub, as the crate `hf-hub` and Python's `huggingface_hub` see it: they share its cache.
///
/// ```no_run
/// use wick::hub::HuggingFace;
/// let gpt2 = HuggingFace::from_env()?.model("openai-community/gpt2");
/// let path = gpt2.get("config.json")?;
/// let weights = gpt2.state_dict("model.safetensors")?;
/// # Ok::<(), wick::hub::HubError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HuggingFace {
    endpoint: String,
    cache: PathBuf,
    token: Option<String>,
    offline: bool,
}

impl HuggingFace {
    /// The hub that the environment says: `HF_ENDPOINT` is its address, `HF_HUB_CACHE` or `HF_HOME/hub` the cache,
    /// `HF_TOKEN` or the file that `hf auth login` wrote who you are, and with `HF_HUB_OFFLINE=1` nothing is fetched.
    ///
    /// # Errors
    /// When there is no home folder to keep anything in.
    pub fn from_env() -> Result<Self, HubError> {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let home = cache::hugging_face()?;
        let saved = || {
            fs::read_to_string(
                text("HF_TOKEN_PATH").map_or_else(|| home.join("token"), PathBuf::from),
            )
            .ok()
        };
        let token = text("HF_TOKEN").or_else(saved);
        let is_on =
            |value: String| matches!(value.to_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE");
        let cache = text("HF_HUB_CACHE").or_else(|| text("HUGGINGFACE_HUB_CACHE"));
        let mut hub = Self::new(
            text("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned()),
            cache.map_or_else(|| home.join("hub"), PathBuf::from),
        );
        hub.token = token
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty());
        hub.offline = text("HF_HUB_OFFLINE").is_some_and(is_on);
        Ok(hub)
    }

    /// The hub at the URL `endpoint`, with files kept in the folder `cache`, and nobody in particular asking.
    ///
    /// ```no_run
    /// use wick::hub::HuggingFace;
    /// let hub = HuggingFace::new("https://hub.example.com", "/tmp/hub");
    /// let path = hub.model("openai-community/gpt2").get("config.json")?;
    /// # Ok::<(), wick::hub::HubError>(())
    /// ```
    pub fn new(endpoint: impl Into<String>, cache: impl Into<PathBuf>) -> Self {
        Self {
            endpoint: endpoint.into().trim_end_matches('/').to_owned(),
            cache: cache.into(),
            token: None,
            offline: false,
        }
    }

    /// The repository of a model, such as `openai-community/gpt2`.
    pub fn model(&self, id: &str) -> HuggingFaceRepo {
        self.repo(id, "models", "")
    }

    /// The repository of a data set, such as `ylecun/mnist`.
    ///
    /// ```no_run
    /// use wick::hub::HuggingFace;
    /// let mnist = HuggingFace::from_env()?.dataset("ylecun/mnist");
    /// let path = mnist.get("README.md")?;
    /// # Ok::<(), wick::hub::HubError>(())
    /// ```
    pub fn dataset(&self, id: &str) -> HuggingFaceRepo {
        self.repo(id, "datasets", "datasets/")
    }

    fn repo(&self, id: &str, kind: &str, prefix: &str) -> HuggingFaceRepo {
        HuggingFaceRepo {
            folder: self
                .cache
                .join(format!("{kind}--{}", id.replace('/', "--"))),
            address: format!("{}/{prefix}{id}", self.endpoint),
            id: id.to_owned(),
            revision: "main".to_owned(),
            hub: self.clone(),
        }
    }
}

/// The file `filename` of a model on Hugging Face's hub: `huggingface_hub.hf_hub_download(repo_id, filename)`.
///
/// ```no_run
/// use wick::hub::hf_hub_download;
/// let path = hf_hub_download("openai-community/gpt2", "config.json")?;
/// println!("{}", std::fs::read_to_string(path)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When it is neither here nor to be had.
pub fn hf_hub_download(repo_id: &str, filename: &str) -> Result<PathBuf, HubError> {
    HuggingFace::from_env()?.model(repo_id).get(filename)
}

/// One repository on Hugging Face's hub, at one revision.
///
/// ```no_run
/// use wick::hub::{HuggingFace, HuggingFaceRepo};
/// let repo: HuggingFaceRepo = HuggingFace::from_env()?.model("openai-community/gpt2").revision("main");
/// let config = repo.get("config.json")?;
/// let merges = repo.get_with("merges.txt", &mut ())?; // Without a line that shows how it goes.
/// for (name, tensor) in repo.state_dict("model.safetensors")? {
///     println!("{name}: {:?}", tensor.dims());
/// }
/// # Ok::<(), wick::hub::HubError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HuggingFaceRepo {
    hub: HuggingFace,
    id: String,
    address: String,
    folder: PathBuf,
    revision: String,
}

/// What the hub says about a file.
struct Metadata {
    commit: String,
    etag: String,
    size: Option<u64>,
    url: String,
}

impl HuggingFaceRepo {
    /// The repository at a branch, a tag or a commit; `main` unless told otherwise.
    pub fn revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = revision.into();
        self
    }

    /// The path of a file on this machine. It is fetched unless the cache has the version that the hub has now; without
    /// a network, the version that the cache has is taken.
    ///
    /// # Errors
    /// When it is neither here nor to be had, or what came is damaged.
    pub fn get(&self, filename: &str) -> Result<PathBuf, HubError> {
        self.get_with(filename, &mut LineProgress::new(filename))
    }

    /// [`get`](Self::get) with a progress of your own, or `()` for none.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn get_with(
        &self,
        filename: &str,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, HubError> {
        let url = format!(
            "{}/resolve/{}/{filename}",
            self.address,
            escaped(&self.revision)
        );
        let safe = |part: &str| !matches!(part, "" | "." | "..");
        if !filename.split('/').all(safe) || !self.revision.split('/').all(safe) {
            return Err(HubError::network(
                &url,
                "a file's name must stay within its repository",
            ));
        }
        let cached = self.cached(filename);
        // A commit never changes.
        if is_commit(&self.revision)
            && let Some(path) = &cached
        {
            return Ok(path.clone());
        }
        if self.hub.offline {
            let reason = format!(
                "HF_HUB_OFFLINE is set, and {} does not have it",
                self.folder.display()
            );
            return cached.ok_or_else(|| HubError::network(&url, reason));
        }
        let metadata = match (self.metadata(&url), cached) {
            (Ok(metadata), _) => metadata,
            (Err(HubError::Network { .. }), Some(path)) => return Ok(path),
            (Err(error), _) => return Err(error),
        };
        let path = self.fetch(filename, &metadata, progress)?;
        if self.revision != metadata.commit {
            let reference = self.folder.join("refs").join(&self.revision);
            write(&reference, metadata.commit.as_bytes())?;
        }
        Ok(path)
    }

    /// The tensors in a file.
    ///
    /// # Errors
    /// Those of [`get`](Self::get), and when the file cannot be read as a state dict.
    pub fn state_dict(&self, filename: &str) -> Result<StateDict, HubError> {
        load(self.get(filename)?)
    }

    /// The file in the snapshot that the revision stood for when it was last asked for.
    fn cached(&self, filename: &str) -> Option<PathBuf> {
        let commit = match is_commit(&self.revision) {
            true => self.revision.clone(),
            false => fs::read_to_string(self.folder.join("refs").join(&self.revision)).ok()?,
        };
        let path = self
            .folder
            .join("snapshots")
            .join(commit.trim())
            .join(filename);
        path.is_file().then_some(path)
    }

    /// Asks what the hub has under this name, without following the way to the server that keeps large files.
    fn metadata(&self, url: &str) -> Result<Metadata, HubError> {
        let agent: ureq::Agent = config()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let mut at = url.to_owned();
        for _ in 0..HOPS {
            let mut request = agent.head(&at).header("accept-encoding", "identity");
            if let Some(token) = &self.hub.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let response = request
                .call()
                .map_err(|error| HubError::network(url, reason(error)))?;
            let (status, headers) = (response.status(), response.headers());
            let location = text(headers, "location");
            if let (true, Some(path)) = (status.is_redirection(), &location)
                && path.starts_with('/')
                && text(headers, "x-linked-etag").is_none()
            {
                at = self.on_the_hub(path)?;
                continue;
            }
            return self.described(url, &at, status, headers);
        }
        Err(HubError::network(
            url,
            "the server sends from one address to the next",
        ))
    }

    /// An address of the hub's own.
    fn on_the_hub(&self, path: &str) -> Result<String, HubError> {
        let bad = || HubError::bad_url(&self.hub.endpoint);
        let uri: Uri = self.hub.endpoint.parse().map_err(|_| bad())?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(bad());
        };
        Ok(format!("{scheme}://{authority}{path}"))
    }

    fn described(
        &self,
        url: &str,
        at: &str,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Metadata, HubError> {
        let said = text(headers, "x-error-message");
        let no = |reason: String| Err(HubError::network(url, said.clone().unwrap_or(reason)));
        match status.as_u16() {
            401 | 403 => {
                return no(format!(
                    "{} does not exist, or is not for everybody: set HF_TOKEN to a token that may read it",
                    self.id
                ));
            }
            404 => {
                return no("the repository has no such file, or no such revision (404)".to_owned());
            }
            code if code >= 400 => return no(format!("the server answered with status {code}")),
            _ => {}
        }
        let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"));
        let (Some(commit), Some(etag)) = (text(headers, "x-repo-commit"), etag) else {
            return no("this is no Hugging Face hub: it names no commit and no ETag".to_owned());
        };
        let etag = etag.trim_start_matches("W/").trim_matches('"').to_owned();
        let plain = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !plain(&etag) || !plain(&commit) {
            return no("its commit or its ETag are no names for files".to_owned());
        }
        let size = match status.is_redirection() {
            true => text(headers, "x-linked-size"),
            false => text(headers, "x-linked-size").or_else(|| text(headers, "content-length")),
        };
        Ok(Metadata {
            commit,
            etag,
            size: size.and_then(|size| size.parse().ok()),
            url: at.to_owned(),
        })
    }

    /// The file's place in the snapshot, a link to the contents that `blobs` keeps once for all snapshots.
    fn fetch(
        &self,
        filename: &str,
        metadata: &Metadata,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, HubError> {
        let pointer = self
            .folder
            .join("snapshots")
            .join(&metadata.commit)
            .join(filename);
        let blob = self.folder.join("blobs").join(&metadata.etag);
        if !blob.is_file() {
            // Of large files the ETag is the SHA-256; of small ones it is Git's sum.
            let expected = match metadata.etag.len() {
                64 => Expected::Sha256(metadata.etag.clone()),
                _ => Expected::Anything,
            };
            let request = Request {
                url: &metadata.url,
                token: self.hub.token.as_deref(),
            };
            download(request, &blob, &expected, progress)?;
            let length = fs::metadata(&blob)
                .map_err(|error| HubError::write(&blob, error))?
                .len();
            if metadata.size.is_some_and(|size| size != length) {
                // Nothing may go on with it.
                let _ = fs::remove_file(&blob);
                let reason = format!(
                    "{length} bytes came, and it should have {}",
                    metadata.size.unwrap_or(0)
                );
                return Err(HubError::network(&metadata.url, reason));
            }
        }
        if !pointer.is_file() {
            link(&blob, &pointer, filename).map_err(|error| HubError::write(&pointer, error))?;
        }
        Ok(pointer)
    }
}

/// Makes `pointer` a link to the blob, by the way up from it, so that the cache can be moved as a whole.
fn link(blob: &Path, pointer: &Path, filename: &str) -> std::io::Result<()> {
    let name = blob.file_name().unwrap_or_default();
    let up = "../".repeat(filename.split('/').count() + 1);
    create_private(pointer.parent().unwrap_or(pointer))?;
    #[cfg(unix)]
    {
        let target = Path::new(&up).join("blobs").join(name);
        match std::os::unix::fs::symlink(&target, pointer) {
            // Another process was here first, or a link to a blob that is gone.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                if fs::read_link(pointer).is_ok_and(|old| old == target) {
                    return Ok(());
                }
                fs::remove_file(pointer)?;
                std::os::unix::fs::symlink(&target, pointer)
            }
            other => other,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (up, name);
        fs::copy(blob, pointer).map(drop)
    }
}

/// Writes a small file so that nobody sees half of it.
fn write(path: &Path, contents: &[u8]) -> Result<(), HubError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let whole = || {
        create_private(folder)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(file.path(), contents)?;
        file.persist(path).map_err(|error| error.error)
    };
    whole()
        .map(drop)
        .map_err(|error| HubError::write(path, error))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// A branch may have slashes in its name: `refs/pr/1`.
fn escaped(revision: &str) -> String {
    revision.replace('/', "%2F")
}
