package e2e

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// scratch holds the program and the browser's profile while the tests run.
var scratch string

// TestMain lets more tests run at once than there are processors: most of them
// wait most of the time.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))) // -parallel counts for more
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
