package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"
)

func TestAxeIsWhatItsREADMESays(t *testing.T) {
	sum := sha256.Sum256([]byte(axeSource))
	if got := hex.EncodeToString(sum[:]); got != axeChecksum {
		t.Errorf("axe.min.js has the SHA-256 %s", got)
	}
	readme, err := os.ReadFile("testdata/axe-core-4.14.1/README.md")
	if err != nil {
		t.Fatal(err)
	}
	WantWords(t, "README.md", string(readme), axeChecksum, "MPL-2.0", "axe-core 4.14.1")
}
