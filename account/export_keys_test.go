package account

// FormatKey spells a key with a right checksum, for tests that guess at the
// rest of it.
var FormatKey = formatKey

// Limits, for tests that go up to them.
const (
	MaxKeys  = maxKeys
	KeptKeys = keptKeys
)

// Kept counts the keys in memory.
func (k *Keys) Kept() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.kept)
}
