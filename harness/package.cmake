# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages, which ci/package makes of the builds of both engines: hardstop, and hardstop-dev for programs of
# others (development.cmake).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hardstop)
set(CPACK_PACKAGE_CONTACT "The Hardstop project <hardstop@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME hardstop)
set(CPACK_DEBIAN_COMMAND_DESCRIPTION "fuzzing and property testing of QEMU migration loaders
Takes migration streams from a real QEMU, damages them, loads them into the real QEMU, and judges what happened:
rejected, accepted with garbage in its fields, crashed, hung.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS "qemu-system-x86, qemu-system-s390x | qemu-system-misc")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "afl++, git")

set(CPACK_DEBIAN_LIBRARIES_PACKAGE_NAME hardstop-dev)
set(CPACK_DEBIAN_LIBRARIES_DESCRIPTION "mutation of protobuf-c messages, and audits of migration loaders
Libraries and headers: to mutate messages of protobuf-c by their fields, and to audit and fuzz loaders of migration
streams other than QEMU's.")
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_DEPENDS
    "libprotobuf-c-dev, libjansson-dev, libdw-dev, libelf-dev, pkg-config | pkgconf")
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_SUGGESTS "clang, protobuf-c-compiler")
include(CPack)
cpack_add_component_group(command)
cpack_add_component_group(libraries)
cpack_add_component(Unspecified GROUP command)
cpack_add_component(targets GROUP command)
cpack_add_component(development GROUP libraries)
