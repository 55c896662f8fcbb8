// Package secret keeps secrets unreadable: at rest by a key ring that seals
// values for one place in the database, in the program by a type that does not
// print.
//
// What it does not cover: root on the host, the memory of the running process,
// and somebody who puts a whole older database back.
package secret

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	keySize    = 32
	keyIDSize  = 4
	ringHeader = "mooring key ring 1"
	ringLimit  = 64 << 10 // bytes; a ring of some hundred keys
)

// KeyID tells the keys of a ring apart. It is random and not secret.
type KeyID [keyIDSize]byte

// String spells the id in hexadecimal.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// key keeps its bytes behind a function, like Text, so that printing by
// reflection does not reach them either.
type key struct {
	id    KeyID
	value func() []byte
}

// Ring holds the keys that seal values: the current one first, then older
// ones that only open.
type Ring struct{ keys []key }

// NewRing makes a ring with one new key.
func NewRing() *Ring { return &Ring{keys: []key{newKey()}} }

// Rotated gives a ring with a new current key before the keys of r.
func (r *Ring) Rotated() *Ring {
	return &Ring{keys: append([]key{newKey()}, r.keys...)}
}

// KeyIDs lists the keys, the current one first.
func (r *Ring) KeyIDs() []KeyID {
	ids := make([]KeyID, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.id
	}
	return ids
}

// Format keeps every verb of fmt from the keys.
func (r Ring) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Hidden)) }

// MarshalText implements encoding.TextMarshaler, for JSON and for logs.
func (r Ring) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

func (r *Ring) current() key { return r.keys[0] }

func (r *Ring) find(id KeyID) (key, bool) {
	for _, k := range r.keys {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

func newKey() key {
	var id KeyID
	value := make([]byte, keySize)
	_, _ = rand.Read(id[:])
	_, _ = rand.Read(value)
	return hide(id, value)
}

func hide(id KeyID, value []byte) key { return key{id, func() []byte { return value }} }

// ReadRing reads a key file of this program's own. It refuses a link, a file that
// everybody can read, and anything that is not a key ring. If only a group got
// rights, as volumes of Kubernetes give them with fsGroup, it takes them away
// again, which works for a file that is its own.
func ReadRing(path string) (*Ring, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("the key file %s is not a regular file, but a link: if it is a mounted Secret, say so with --key-file-mounted", path)
	}
	return readRing(path, info, func(file *os.File, mode fs.FileMode) error {
		if mode&0o007 == 0 {
			if file.Chmod(0o600) == nil && isPrivate(file) {
				return nil
			}
			return fmt.Errorf("the key file %s can be read by its group: run chmod 600 %s, or, if it is a mounted Secret, say so with --key-file-mounted", path, path)
		}
		return fmt.Errorf("the key file %s can be read by others: run chmod 600 %s", path, path)
	})
}

// ReadMountedRing reads a key file that somebody else keeps, as Kubernetes does
// with a Secret: it follows links, and the file's group may read it. It changes
// nothing.
func ReadMountedRing(path string) (*Ring, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return readRing(path, info, func(_ *os.File, mode fs.FileMode) error {
		if mode&0o037 == 0 {
			return nil
		}
		return fmt.Errorf("the mounted key file %s can be read by everybody, or written by its group: mount it with defaultMode 0440 or 0400", path)
	})
}

// readRing asks mayUse about a file on which its group or others have rights.
func readRing(path string, info fs.FileInfo, mayUse func(file *os.File, mode fs.FileMode) error) (*Ring, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the key file %s is not a regular file", path)
	}
	if info.Size() > ringLimit {
		return nil, fmt.Errorf("the key file %s is too large to be a key ring", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	opened, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if mode := opened.Mode().Perm(); mode&0o077 != 0 {
		if err := mayUse(file, mode); err != nil {
			return nil, err
		}
	}
	text, err := io.ReadAll(io.LimitReader(file, ringLimit+1))
	if err != nil {
		return nil, err
	}
	defer clear(text)
	ring, err := parseRing(text)
	if err != nil {
		return nil, fmt.Errorf("the key file %s is damaged: %w", path, err)
	}
	return ring, nil
}

func isPrivate(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode().Perm()&0o077 == 0
}

func parseRing(text []byte) (*Ring, error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	if !lines.Scan() || lines.Text() != ringHeader {
		return nil, errors.New("its first line is not " + ringHeader)
	}
	ring := &Ring{}
	for lines.Scan() {
		idText, valueText, ok := strings.Cut(lines.Text(), " ")
		id, idErr := hex.DecodeString(idText)
		value, valueErr := base64.StdEncoding.DecodeString(valueText)
		if !ok || idErr != nil || valueErr != nil || len(id) != keyIDSize || len(value) != keySize {
			return nil, fmt.Errorf("line %d is not a key", len(ring.keys)+2)
		}
		if _, twice := ring.find(KeyID(id)); twice {
			return nil, fmt.Errorf("line %d repeats a key id", len(ring.keys)+2)
		}
		ring.keys = append(ring.keys, hide(KeyID(id), value))
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(ring.keys) == 0 {
		return nil, errors.New("it holds no key")
	}
	return ring, nil
}

// CreateFile writes the ring to a new file with mode 0600. An existing file
// is an error (fs.ErrExist): a key is never overwritten.
func (r *Ring) CreateFile(path string) error {
	return r.write(path)
}

// ReplaceFile writes the ring over the file at path in one step.
func (r *Ring) ReplaceFile(path string) error {
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := r.write(next); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncFolder(path)
}

func (r *Ring) write(path string) error {
	text := []byte(ringHeader + "\n")
	for _, k := range r.keys {
		text = fmt.Appendf(text, "%s %s\n", k.id, base64.StdEncoding.EncodeToString(k.value()))
	}
	defer clear(text)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a key file would stop every start
	}
	return syncFolder(path)
}

func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
