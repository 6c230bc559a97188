// Command sumdb judges notes and proofs of a log with golang.org/x/mod/sumdb.
//
// It reads requests from standard input, one JSON object a line, and answers each
// with one line. A request with a note asks whether the log's key has signed it and
// whether the proofs lead to it; one without asks for this program's own proofs of a
// log whose leaf number i is the decimal text of i.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Vkey        string
	Note        string
	Leaf        []byte
	Index       int64
	Inclusion   tlog.RecordProof
	OldNote     string
	Consistency tlog.TreeProof

	Size, Old int64
}

type answer struct {
	Error       string
	Text        string
	Root        tlog.Hash
	Inclusion   tlog.RecordProof
	Consistency tlog.TreeProof
}

// open verifies a note and reads the three lines of a checkpoint.
func open(text, vkey string) (string, int64, tlog.Hash, error) {
	var root tlog.Hash
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", 0, root, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return "", 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return "", 0, root, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", 0, root, err
	}
	root, err = tlog.ParseHash(lines[2])
	return opened.Text, size, root, err
}

func check(r request) (answer, error) {
	text, size, root, err := open(r.Note, r.Vkey)
	if err != nil {
		return answer{}, err
	}
	result := answer{Text: text, Root: root}
	if r.Leaf != nil {
		err = tlog.CheckRecord(r.Inclusion, size, root, r.Index, tlog.RecordHash(r.Leaf))
		if err != nil {
			return result, err
		}
	}
	if r.OldNote != "" {
		_, oldSize, oldRoot, err := open(r.OldNote, r.Vkey)
		if err != nil {
			return result, err
		}
		return result, tlog.CheckTree(r.Consistency, size, root, oldSize, oldRoot)
	}
	return result, nil
}

// stored holds the hashes of a growing log in the order of tlog.StoredHashIndex.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

func prove(r request) (result answer, err error) {
	var hashes stored
	for i := int64(0); i < r.Size; i++ {
		more, err := tlog.StoredHashes(i, []byte(strconv.FormatInt(i, 10)), hashes)
		if err != nil {
			return result, err
		}
		hashes = append(hashes, more...)
	}
	if result.Root, err = tlog.TreeHash(r.Size, hashes); err != nil {
		return result, err
	}
	if result.Inclusion, err = tlog.ProveRecord(r.Size, r.Index, hashes); err != nil {
		return result, err
	}
	result.Consistency, err = tlog.ProveTree(r.Size, r.Old, hashes)
	return result, err
}

func main() {
	requests := json.NewDecoder(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for requests.More() {
		var r request
		if err := requests.Decode(&r); err != nil {
			log.Fatal(fmt.Errorf("request: %w", err))
		}
		judge := prove
		if r.Note != "" {
			judge = check
		}
		result, err := judge(r)
		if err != nil {
			result.Error = err.Error()
		}
		if err := answers.Encode(result); err != nil {
			log.Fatal(err)
		}
	}
}
