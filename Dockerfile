# One image for every process; compose.yaml says which is which. Not exercised by the tests.
FROM node:20-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc vite.config.ts tsconfig.json ./
RUN npm ci --no-progress
COPY static static
RUN npm run build

FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=pages /app/static/dist static/dist
RUN useradd --create-home throughline && mkdir /data && chown throughline /data
USER throughline
ENV DATA=/data
VOLUME /data
EXPOSE 8000
CMD ["daphne", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
