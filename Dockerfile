FROM python:3.11.14-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/declastroom
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY reference reference
COPY contracts contracts
COPY rules rules
COPY processors processors
COPY store store
COPY streams streams
COPY desk desk
RUN pip install . && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin declastroom

USER 10001:10001
WORKDIR /run/declastroom
ENTRYPOINT ["declastroom"]
CMD ["--help"]
