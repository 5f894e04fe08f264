;;; e2e.el --- Eglot as a user has it, against the built server -*- lexical-binding: t -*-

;; Run by tests/editors/run.sh with editors/emacs on the load path. The workspace is a copy and may be written to.
;;   MX2LM_SERVER  the server to start      MX2LM_WORKSPACE  the copy of tests/workspaces/editor
;;   MX2LM_LINT    the linter               MX2LM_DEMO       the copy of tests/workspaces/demo
;;                                          MX2LM_SAVED      another, for the linter's eyes

(require 'mx2lm)

(setq create-lockfiles nil make-backup-files nil auto-save-default nil
      mx2lm-server-command (list (getenv "MX2LM_SERVER") "--stdio"))

(defun e2e-check (held what)
  (princ (format "%s %s\n" (if held "ok   " "FAIL ") what))
  (unless held (kill-emacs 1)))

(defun e2e-wait (what held)
  (let ((end (+ (float-time) 10)))
    (while (not (or (funcall held) (> (float-time) end)))
      (accept-process-output nil 0.02)))
  (e2e-check (funcall held) what))

(defun e2e-path (name) (expand-file-name name (getenv "MX2LM_WORKSPACE")))

(defun e2e-sha256 (name)
  (with-temp-buffer
    (set-buffer-multibyte nil)
    (insert-file-contents-literally (e2e-path name))
    (concat "sha256:" (secure-hash 'sha256 (current-buffer)))))

(defun e2e-findings ()
  "Errors and warnings of the buffer; no timers run in batch, so each look asks for news."
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (seq-filter (lambda (d) (memq (flymake-diagnostic-type d) '(eglot-error eglot-warning :error :warning)))
              (flymake-diagnostics)))

(defun e2e-journey ()
  (find-file (e2e-path "tides/object.json"))
  (call-interactively #'eglot)
  (e2e-check (eglot-managed-p) (format "attached in %s" major-mode))
  (let* ((server (eglot-current-server))
         (computed (e2e-sha256 "tides/tides.json"))
         declared finding hover)
    (save-excursion
      (goto-char (point-min))
      (re-search-forward "\"hash\": \"\\(sha256:[0-9a-f]+\\)\"")
      (setq declared (match-string-no-properties 1)))
    (e2e-wait "a diagnostic" #'e2e-findings)
    (setq finding (car (e2e-findings)))
    (e2e-check (string-match-p (regexp-quote declared)
                               (buffer-substring-no-properties (flymake-diagnostic-beg finding) (flymake-diagnostic-end finding)))
               "it marks the hash")
    (goto-char (+ (flymake-diagnostic-beg finding) 12))
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover text)))
    (e2e-wait "hover shows both hashes"
              (lambda () (and hover (string-match-p declared hover) (string-match-p computed hover))))
    ;; chosen by what it writes, as a reader would by its title
    (let* ((actions (jsonrpc-request server :textDocument/codeAction
                                     (list :textDocument (eglot--TextDocumentIdentifier)
                                           :range (list :start (eglot--pos-to-lsp-position (flymake-diagnostic-beg finding))
                                                        :end (eglot--pos-to-lsp-position (flymake-diagnostic-end finding)))
                                           :context (list :diagnostics [] :only ["quickfix"]))))
           (fix (seq-find (lambda (action)
                            (let ((edit (format "%S" (plist-get action :edit))))
                              (and (string-match-p computed edit) (not (string-match-p "mx2lm\\.toml" edit)))))
                          actions)))
      (e2e-check fix "a quick fix writes the computed hash")
      (eglot--apply-workspace-edit (plist-get fix :edit)))
    (save-buffer)
    (e2e-check (with-temp-buffer (insert-file-contents (e2e-path "tides/object.json")) (search-forward (format "\"hash\": \"%s\"" computed) nil t))
               "the true hash is on disk")
    (e2e-wait "the diagnostic is gone" (lambda () (null (e2e-findings))))
    (let ((process (jsonrpc--process server)))
      (eglot-shutdown server)
      (e2e-wait "the server ends" (lambda () (not (process-live-p process)))))))

(defun e2e-collapsed (text)
  "The scores that the linter gives the profile TEXT, as they are spelled."
  (let ((file (expand-file-name "profiles/demo_hybrid.pi-profile.json" (getenv "MX2LM_SAVED"))))
    (write-region text nil file nil 'silent)
    (with-temp-buffer
      (call-process (getenv "MX2LM_LINT") nil t nil "collapse" "--format" "json" file)
      (goto-char (point-min))
      (mapcar (lambda (result) (let ((score (gethash "score" result))) (if (= score (ftruncate score)) (format "%d" score) (format "%S" score))))
              (gethash "results" (json-parse-buffer))))))

(defun e2e-shows (buffer &rest texts)
  (with-current-buffer buffer
    (seq-every-p (lambda (text) (string-match-p (regexp-quote text) (buffer-string))) texts)))

(defun e2e-pages ()
  "A profile's scores follow what is typed; a pack is shown field by field."
  (find-file (expand-file-name "profiles/demo_hybrid.pi-profile.json" (getenv "MX2LM_DEMO")))
  (call-interactively #'eglot)
  (let* ((profile (current-buffer))
         (before (e2e-collapsed (buffer-string)))
         (page (window-buffer (mx2lm-show buffer-file-name)))
         after)
    (e2e-check (= (length before) 3) "the linter scores three test vectors")
    (e2e-check (apply #'e2e-shows page "fingerprint ✓" before) "the page shows the same scores")
    (e2e-check (buffer-local-value 'buffer-read-only page) "it can only be read")
    (with-current-buffer profile
      (dolist (weights '(("0.75" . "0.125") ("0.25" . "0.875")))
        (goto-char (point-min))
        (search-forward (concat "\"weight\": " (car weights)))
        (replace-match (concat "\"weight\": " (cdr weights)) t t))
      (setq after (e2e-collapsed (buffer-string))))
    (e2e-check (and (buffer-modified-p profile) (not (equal before after))) "other weights, another score, nothing saved")
    (e2e-wait "the page follows the typing"
              (lambda ()
                (with-current-buffer profile (eglot--signal-textDocument/didChange))
                (apply #'e2e-shows page "fingerprint ✗" after)))
    (with-current-buffer profile
      (let ((pack (cl-letf (((symbol-function 'completing-read) (lambda (_prompt titles &rest _) (car titles))))
                    (window-buffer (mx2lm-show (expand-file-name "ai/brain/brain.weights.v2c-bin" (getenv "MX2LM_DEMO")))))))
        (e2e-check (e2e-shows pack "32 lanes of 32 weights" "policy@early") "a pack is shown field by field"))
      (set-buffer-modified-p nil)
      (let ((server (eglot-current-server)))
        (kill-buffer page)
        (eglot-shutdown server)))))

(condition-case problem
    (progn (e2e-journey) (e2e-pages) (kill-emacs 0))
  (error (e2e-check nil (format "%S" problem))))
