package review

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"time"
)

// zipWriter writes a ZIP file that can be spelled in one way only: files one
// after the other, not compressed, nothing between them and nothing behind.
// Compression would change with the library that does it, and a pack has to be
// the same years later; and what verifies a pack can tell every byte that does
// not belong to it.
type zipWriter struct {
	w       io.Writer
	at      [4]byte // time and date, as MS-DOS spells them
	offset  int64
	entries []zipEntry
	err     error
}

type zipEntry struct {
	name         string
	size, offset int64
	crc          uint32
}

const (
	zipLocal   = 0x04034b50
	zipCentral = 0x02014b50
	zipEnd     = 0x06054b50
	zipVersion = 20
	zipMadeBy  = 3 << 8 // Unix, so that the mode counts
	zipMode    = 0o100644 << 16
)

var errPackTooLarge = errors.New("the evidence is larger than a ZIP file can be")

func newZip(w io.Writer, at time.Time) *zipWriter { return &zipWriter{w: w, at: dosTime(at)} }

// dosTime has two seconds of precision and begins in 1980.
func dosTime(at time.Time) (spelled [4]byte) {
	at = at.UTC()
	clock := at.Hour()<<11 | at.Minute()<<5 | at.Second()/2
	date := max(0, at.Year()-1980)<<9 | int(at.Month())<<5 | at.Day()
	binary.LittleEndian.PutUint16(spelled[:2], uint16(clock))
	binary.LittleEndian.PutUint16(spelled[2:], uint16(date))
	return spelled
}

// Write writes the content of the file that was begun.
func (z *zipWriter) Write(p []byte) (int, error) {
	if z.err != nil {
		return 0, z.err
	}
	n, err := z.w.Write(p)
	z.offset += int64(n)
	z.err = err
	return n, err
}

func (z *zipWriter) begin(name string, size int64, crc uint32) {
	e := zipEntry{name: name, size: size, offset: z.offset, crc: crc}
	if size > math.MaxUint32 || z.offset+size > math.MaxUint32-1<<20 {
		z.err = errors.Join(z.err, errPackTooLarge)
	}
	z.entries = append(z.entries, e)
	_, _ = z.Write(e.local(z.at))
}

func (z *zipWriter) add(name, content string) {
	z.begin(name, int64(len(content)), crc32.ChecksumIEEE([]byte(content)))
	_, _ = z.Write([]byte(content))
}

func (z *zipWriter) end() error {
	_, _ = z.Write(directory(z.entries, z.at, z.offset))
	return z.err
}

func (e zipEntry) local(at [4]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, zipLocal)
	b = e.common(b, at)
	return append(b, e.name...)
}

// common is what a file's two descriptions share.
func (e zipEntry) common(b []byte, at [4]byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, zipVersion)
	b = append(b, 0, 0, 0, 0) // no flags, stored
	b = append(b, at[:]...)
	b = binary.LittleEndian.AppendUint32(b, e.crc)
	b = binary.LittleEndian.AppendUint32(b, uint32(e.size))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.size))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(e.name)))
	return append(b, 0, 0) // nothing extra
}

// directory is what stands behind the files.
func directory(entries []zipEntry, at [4]byte, offset int64) []byte {
	var b []byte
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint32(b, zipCentral)
		b = binary.LittleEndian.AppendUint16(b, zipMadeBy|zipVersion)
		b = e.common(b, at)
		b = append(b, 0, 0, 0, 0, 0, 0) // no comment, first disk, no kind
		b = binary.LittleEndian.AppendUint32(b, zipMode)
		b = binary.LittleEndian.AppendUint32(b, uint32(e.offset))
		b = append(b, e.name...)
	}
	size := len(b)
	b = binary.LittleEndian.AppendUint32(b, zipEnd)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	return append(b, 0, 0) // no comment
}
