#!/bin/sh
# The French pages of the Debian Administrator's Handbook (GPL-2+ or CC BY-SA 3.0), from the package of Debian 12,
# into FOLDER: scripts/fetch_handbook_fr.sh FOLDER
set -eu
mkdir -p "$1"
cd "$1"
apt-get download debian-handbook
dpkg -x ./debian-handbook_*.deb package
mv package/usr/share/doc/debian-handbook/html/fr-FR/*.html .
rm -rf package ./*.deb
