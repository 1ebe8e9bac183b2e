#!/usr/bin/env bash
# Makes an image out of Debian packages that are installed here, to stand in for a base image that cannot be pulled.
# usage: stand-in-image.sh NAME [--path PATH]... [--user ID] [--env NAME=VALUE]... PACKAGE...
# Takes the packages with all that they depend on, and the paths as they are.
set -euo pipefail
name=$1; shift
paths=() packages=() environment=() user=0
while [ $# -gt 0 ]; do
  case $1 in
    --path) paths+=("$2"); shift 2 ;;
    --user) user=$2; shift 2 ;;
    --env) environment+=(--change "ENV $2"); shift 2 ;;
    *) packages+=("$1"); shift ;;
  esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
installed() { dpkg-query -W -f='${db:Status-Status} ${binary:Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sed 's/:.*//' | sort -u; }
apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "${packages[@]}" \
  | grep -o '^[a-z0-9][^ :]*' | sort -u | comm -12 - <(installed) > "$work/packages"

mkdir -p "$work/root"/usr/{bin,sbin,lib,lib64} "$work/root"/{etc,tmp,root,proc,sys,dev,home/nonroot}
chmod 1777 "$work/root/tmp"
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$work/root/$folder"; done
printf 'root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' > "$work/root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' > "$work/root/etc/group"
tar -C "$work/root" -cf "$work/image.tar" .
# /bin and its like are links to /usr here, and packages name both.
{ xargs -a "$work/packages" dpkg-query -L; printf '%s\n' "${paths[@]}" | sed '/^$/d' | xargs -r -I{} find {} -xdev; } 2>/dev/null \
  | sed -E 's:^/(bin|sbin|lib|lib64)(/|$):/usr/\1\2:' | grep -vE '^/usr/share/(doc|man|locale|info|lintian)/' | sort -u \
  | while IFS= read -r path; do if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\n' "$path"; fi; done \
  | grep -vxE '/|/\.|/usr|/usr/(bin|sbin|lib|lib64)|/etc|/etc/(passwd|group)|/home|/tmp|/root|/proc|/sys|/dev' > "$work/files"
tar --no-recursion --append -f "$work/image.tar" -P --transform 's:^/:./:S' -T "$work/files"
podman import --quiet --change "USER $user" --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin' "${environment[@]}" "$work/image.tar" "$name" > /dev/null
