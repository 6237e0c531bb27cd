#!/bin/sh
# First program of the container: as root it becomes PUID:PGID (1000:1000 when not said); as any other user it stays that.
# It never touches media, and of the data folder only the folder itself changes hands.
set -eu
umask "${UMASK:-022}"
if [ "$(id -u)" -eq 0 ]; then
  uid=${PUID:-1000}
  gid=${PGID:-1000}
  data=${SPROCKET_DATA:-/data}
  mkdir -p "$data"
  [ "$(stat -c %u:%g "$data")" = "$uid:$gid" ] || chown "$uid:$gid" "$data"
  # Groups that the container was given (a GPU's, a share's) stay; root's does not.
  groups=
  for group in $(id -G); do
    [ "$group" -eq 0 ] || groups="${groups:+$groups,}$group"
  done
  if [ -n "$groups" ]; then
    exec setpriv --reuid "$uid" --regid "$gid" --groups "$groups" sprocket "$@"
  fi
  exec setpriv --reuid "$uid" --regid "$gid" --clear-groups sprocket "$@"
fi
exec sprocket "$@"
