package main

import (
	"log/slog"
	"runtime"
	"strings"
	"testing"
)

func TestANetworkFileSystemIsWarnedOf(t *testing.T) {
	const ext4, tmpfs, overlay = 0xef53, 0x01021994, 0x794c7630
	for kind, want := range map[uint32]string{0x6969: "NFS", 0xfe534d42: "SMB", 0xff534d42: "SMB", ext4: "", tmpfs: "", overlay: "", 0: ""} {
		var said lockedBuffer
		warnOfNetworkFileSystem("/data", func(string) uint32 { return kind }, slog.New(slog.NewTextHandler(&said, nil)))
		if got := said.String(); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%x said %q, want %q", kind, got, want)
		}
	}
}

func TestTheFileSystemOfAFolderIsKnown(t *testing.T) {
	if got := fileSystemOf(t.TempDir()); runtime.GOOS == "linux" && got == 0 {
		t.Error("nothing is known of a folder that is there")
	}
	if got := fileSystemOf("/no/where"); got != 0 {
		t.Errorf("a folder that is not there has %x", got)
	}
}
