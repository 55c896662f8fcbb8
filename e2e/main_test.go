package e2e

import (
	"fmt"
	"os"
	"testing"
)

// scratch holds the program and the browser's profile while the tests run.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "mooring-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	defer func() { stopChromium() }() // which changes when it starts
	return m.Run()
}
