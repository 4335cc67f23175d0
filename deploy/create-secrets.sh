#!/bin/sh
# Makes the secrets of the stack on the swarm of this Docker client. Those that exist stay as they are; names and versions
# follow the same variables as docker-stack.yml. Passwords are made up here and shown to nobody, but two are for you to know:
#
#   deploy/create-secrets.sh < token-file      the bot's token is read from the standard input
#   GRAYLOG_ADMIN_PASSWORD=... before it       Graylog's admin password; without it one is made up and printed
set -eu
stack=${STACK:-attrai}

exists() { docker secret inspect "$1" >/dev/null 2>&1; }
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
made() { echo "made $1" >&2; }

# create NAME - makes the secret of the standard input, unless it exists
create() {
  if exists "$1"; then cat >/dev/null; echo "kept $1" >&2; else docker secret create "$1" - >/dev/null; made "$1"; fi
}

name="${stack}_bot_token_${BOT_TOKEN_VERSION:-1}"
if exists "$name"; then
  echo "kept $name" >&2
else
  [ ! -t 0 ] || printf 'Token of the bot, from @BotFather: ' >&2
  IFS= read -r token || true
  case $token in
    [0-9]*:??????????*) printf %s "$token" | create "$name" ;;
    *) echo "That is no token like 123456789:AbC... from @BotFather; no secret was made." >&2; exit 1 ;;
  esac
fi

# Digits and letters only: they stand in URLs.
random | create "${stack}_rabbitmq_bot_password_${RABBITMQ_BOT_PASSWORD_VERSION:-1}"
random | create "${stack}_rabbitmq_estimator_password_${RABBITMQ_ESTIMATOR_PASSWORD_VERSION:-1}"
random | create "${stack}_redis_password_${REDIS_PASSWORD_VERSION:-1}"
random | create "${stack}_graylog_password_secret_${GRAYLOG_PASSWORD_SECRET_VERSION:-1}"

name="${stack}_graylog_root_password_sha2_${GRAYLOG_ROOT_PASSWORD_VERSION:-1}"
if ! exists "$name"; then
  password=${GRAYLOG_ADMIN_PASSWORD:-$(random | cut -c1-20)}
  printf %s "$password" | sha256sum | cut -d' ' -f1 | tr -d '\n' | create "$name"
  [ -n "${GRAYLOG_ADMIN_PASSWORD:-}" ] || echo "Graylog's user admin has the password $password" >&2
else
  echo "kept $name" >&2
fi
