%%bash
set -e
echo "$HOME" 'x