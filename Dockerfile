# JupyterLab with Wick, for a look at it or as a start for one's own image:
#
#   docker build -t wick .
#   docker run --rm -p 8888:8888 wick
#
# Cells are compiled where they run, so the image keeps Rust.
FROM rust:1.95-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && rustup component add rust-analyzer rust-src

# Not as root: cells may do anything that their user may. Binder wants the user's number to be 1000.
RUN useradd --create-home --uid 1000 --shell /bin/bash jovyan \
    && chown -R jovyan:jovyan /usr/local/cargo
ENV HOME=/home/jovyan \
    PATH=/home/jovyan/wick/.venv/bin:/home/jovyan/.local/bin:/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER 1000
WORKDIR /home/jovyan/wick

COPY --chown=jovyan:jovyan . .
RUN ./install.sh --user --no-run --no-rust-analyzer \
    && rm -rf target /usr/local/cargo/registry/cache

EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", "notebooks"]
