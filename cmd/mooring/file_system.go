package main

import "log/slog"

// networkFileSystems are file systems whose locks or shared memory don't hold between
// machines as SQLite needs them, by the number that Linux has for each (statfs(2)).
var networkFileSystems = map[uint32]string{
	0x00006969: "NFS",
	0x0000517b: "SMB",
	0xff534d42: "SMB (CIFS)",
	0xfe534d42: "SMB",
	0x5346414f: "AFS",
	0x6b414653: "AFS",
	0x73757245: "Coda",
	0x01021997: "9P",
	0x00c36400: "Ceph",
	0x0bd00bd0: "Lustre",
}

// warnOfNetworkFileSystem looks where the database lies. kind tells a folder's file
// system; it is 0 where nobody knows.
func warnOfNetworkFileSystem(folder string, kind func(string) uint32, log *slog.Logger) {
	if name, ok := networkFileSystems[kind(folder)]; ok {
		log.Warn("the data folder is on a network file system, where SQLite can lose or damage data: move it to a local disk", "folder", folder, "kind", name)
	}
}
