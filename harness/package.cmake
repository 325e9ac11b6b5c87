# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package, which ci/package makes of the builds of both engines.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hardstop)
set(CPACK_PACKAGE_CONTACT "The Hardstop project <hardstop@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "fuzzing and property testing of QEMU migration loaders")
set(CPACK_PACKAGE_DESCRIPTION "Takes migration streams from a real QEMU, damages them, loads them into the real QEMU,
and judges what happened: rejected, accepted with garbage in its fields, crashed, hung.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "qemu-system-x86, qemu-system-s390x | qemu-system-misc")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "afl++, git")
include(CPack)
