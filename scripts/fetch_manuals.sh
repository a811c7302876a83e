#!/bin/sh
# The HTML manuals of PostgreSQL 15 and Python 3.11, from the packages of Debian 12, into FOLDER/postgresql and
# FOLDER/python: scripts/fetch_manuals.sh FOLDER
set -eu
mkdir -p "$1"
cd "$1"
apt-get download postgresql-doc-15 python3.11-doc
for package in ./*.deb; do dpkg -x "$package" packages; done
mv packages/usr/share/doc/postgresql-doc-15/html postgresql
mv packages/usr/share/doc/python3.11/html python
rm -rf packages ./*.deb
